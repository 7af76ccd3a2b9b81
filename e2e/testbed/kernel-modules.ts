import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * The files of these kernel modules and of all that they need, each behind what it needs. A module says in its own file which those are
 * (`depends=` in .modinfo). `files`: everything of the kernel's package. Throws where a module is neither there nor built in.
 */
export async function moduleFiles(files: readonly string[], names: readonly string[]): Promise<string[]> {
  const plain = (file: string) => basename(file).replace(/\.ko$/, '').replaceAll('-', '_');
  const byName = new Map(files.filter((file) => file.endsWith('.ko')).map((file) => [plain(file), file]));
  const list = files.find((file) => basename(file) === 'modules.builtin');
  const builtIn = new Set((list === undefined ? '' : await readFile(list, 'utf8')).split('\n').map(plain));
  const ordered: string[] = [];
  const add = async (name: string): Promise<void> => {
    const file = byName.get(name.replaceAll('-', '_'));
    if (file === undefined) {
      if (builtIn.has(name.replaceAll('-', '_'))) return;
      throw new Error(`the kernel’s package has no module ${name}`);
    }
    if (ordered.includes(file)) return;
    const depends = /\0depends=([^\0]*)\0/.exec((await readFile(file)).toString('latin1'))?.[1] ?? '';
    for (const needed of depends.split(',').filter((each) => each !== '')) await add(needed);
    ordered.push(file);
  };
  for (const name of names) await add(name);
  return ordered;
}
