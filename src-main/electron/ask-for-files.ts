/** Files of this computer: which one is meant, only a person says, and only the main process asks. */
import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';

/** Paths of files that are there; none: the question was cancelled. */
export async function askForFiles(window: BrowserWindow | null, many: boolean): Promise<readonly string[]> {
  const question = { properties: many ? ['openFile' as const, 'multiSelections' as const] : ['openFile' as const] };
  const { canceled, filePaths } = await (window === null
    ? dialog.showOpenDialog(question)
    : dialog.showOpenDialog(window, question));
  return canceled ? [] : filePaths;
}

/** Where a file is to be written, beginning with `name` in the folder of downloads; the dialog asks before it names one that is there. */
export async function askForTarget(window: BrowserWindow | null, name: string): Promise<string | null> {
  const question = { defaultPath: join(app.getPath('downloads'), name) };
  const { canceled, filePath } = await (window === null
    ? dialog.showSaveDialog(question)
    : dialog.showSaveDialog(window, question));
  return canceled || filePath === '' ? null : filePath;
}
