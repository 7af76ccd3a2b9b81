/** salvor media put: a medium of the library onto a host where it is missing. */
import { randomUUID } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { mediumByName, readableLibrary } from '../app/library/changes.ts';
import type { LookedHost } from '../app/library/locate.ts';
import { putMedium } from '../app/library/put.ts';
import { openLibrary } from '../app/library/store.ts';
import { createTransfers } from '../app/transfers/transfers.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { usage } from './arguments.ts';
import { withHost } from './connect.ts';
import { looked } from './media-hosts.ts';
import { plain, print, printJson } from './output.ts';

export interface PutOptions {
  readonly from?: string;
  readonly file?: string;
  readonly to: string;
  readonly pool: string;
  readonly verify: boolean;
  readonly json: boolean;
}

/** Exit 1 where it did not arrive; then nothing of it is left there. */
export async function putOnHost(name: string, options: PutOptions): Promise<void> {
  const { from, file, to, pool, verify, json } = options;
  if ((from === undefined) === (file === undefined))
    throw usage('say --from URI (a host that has it) or --file FILE (of this computer)');
  const store = openLibrary();
  const medium = mediumByName(await readableLibrary(store), name);
  const ended = await withHost(to, false, (target) => {
    const put = async (source: { readonly file: string } | LookedHost) => {
      const hosts = new Map<string, Hypervisor>([[to, target]]);
      if (!('file' in source)) hosts.set(source.id, source.hypervisor);
      const carrier = createTransfers({
        host: (id: string) => hosts.get(id) ?? target,
        emit: () => undefined,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        newId: randomUUID,
        now: () => new Date(),
      });
      const order = { medium, from: source, to: looked(to, target), pool, verify };
      return (await putMedium(store, carrier, order)).noted;
    };
    return file !== undefined
      ? put({ file })
      : withHost(from ?? '', false, (hypervisor) => put(looked(from ?? '', hypervisor)));
  });
  const { error } = ended;
  if (ended.state !== 'done')
    throw error === null ? new SalvorError('cancelled') : new SalvorError(error.code, error.params, error.detail);
  if (json) printJson({ medium: medium.name, transfer: ended });
  else
    print(
      `“${plain(medium.name)}” is on ${plain(to)} as volume:${plain(pool)}/${plain(ended.name)}${ended.sha256 === null ? '' : `; sha256 ${ended.sha256}, compared`}.`,
    );
}
