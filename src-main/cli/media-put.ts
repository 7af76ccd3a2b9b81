/** salvor media put: a medium of the library onto a host where it is missing. */
import { resolve } from 'node:path';
import { mediumByName, readableLibrary } from '../app/library/changes.ts';
import { noteArrival, putMedium } from '../app/library/put.ts';
import { openLibrary } from '../app/library/store.ts';
import { usage } from './arguments.ts';
import { carry } from './carry.ts';
import { looked } from './media-hosts.ts';
import { plain, print, printJson, tell } from './output.ts';

export interface PutOptions {
  readonly from?: string;
  readonly file?: string;
  readonly to: string;
  readonly pool: string;
  readonly verify: boolean;
  readonly json: boolean;
}

/** Rejects where it did not arrive; then nothing of it is left there, or the error says what is. */
export async function putOnHost(name: string, options: PutOptions): Promise<void> {
  const { from, file, to, pool, verify, json } = options;
  if ((from === undefined) === (file === undefined))
    throw usage('say --from URI (a host that has it) or --file FILE (of this computer)');
  const store = openLibrary();
  const medium = mediumByName(await readableLibrary(store), name);
  const ended = await carry({
    uris: from === undefined ? [to] : [from, to],
    quiet: json,
    start: (transfers, host) => {
      const source = from === undefined ? { file: resolve(file ?? '') } : looked(from, host(from));
      return putMedium(transfers, { medium, from: source, to: looked(to, host(to)), pool, verify });
    },
  });
  const differs = await noteArrival(store, medium.id, to, ended);
  if (differs !== null) tell(`warning: the library notes nothing of it. ${differs}`);
  if (json) printJson({ medium: medium.name, transfer: ended });
  else
    print(
      `“${plain(medium.name)}” is on ${plain(to)} as volume:${plain(pool)}/${plain(ended.name)}${ended.sha256 === null ? '' : `; sha256 ${ended.sha256}, compared`}.`,
    );
}
