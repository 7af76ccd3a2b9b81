/** A text or a picture that the window shows, kept as a file: the window itself may write none, so the question where to is asked here. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import { SalvorError } from '../../src-core/contract/errors.ts';

/** Ask where, beginning with `name` in the documents folder, and write it for this user alone. The path, or null: the question was cancelled. */
export async function saveFile(
  window: BrowserWindow | null,
  name: string,
  content: string | Uint8Array,
): Promise<string | null> {
  const defaultPath = join(app.getPath('documents'), name);
  const question =
    window === null ? dialog.showSaveDialog({ defaultPath }) : dialog.showSaveDialog(window, { defaultPath });
  const { canceled, filePath } = await question;
  if (canceled || filePath === '') return null;
  try {
    await writeFile(filePath, content, { mode: 0o600 });
  } catch (problem) {
    throw new SalvorError(
      'file-unwritable',
      { path: filePath },
      problem instanceof Error ? problem.message : String(problem),
    );
  }
  return filePath;
}
