/**
 * The window in a browser, over the fake. `?crowd=10000` adds a host with as many machines, `?theme=dark` chooses colours, `?journal` brings
 * a history, unfinished operations and leftovers, `?transfers` transfers of each kind, `?hosts` further hosts to migrate to.
 */
import { fillJournal } from './fake-journal.test-support.ts';
import { someLibrary } from './fake-library.test-support.ts';
import { fakeSalvor } from './fake-salvor.test-support.ts';
import { addDestinations } from './fake-migration.test-support.ts';
import { QCOW2, fillTransfers, offered } from './fake-transfers.test-support.ts';
import { GIB, addCrowd, makeWorld } from './fake-world.test-support.ts';

const query = new URLSearchParams(location.search);
const world = makeWorld({
  ...(query.has('library') ? { library: someLibrary() } : {}),
  delay: Number(query.get('delay') ?? 20),
  stepDelay: Number(query.get('step') ?? 900),
});
const theme = query.get('theme');
if (theme === 'dark' || theme === 'light') world.settings = { ...world.settings, theme };
addCrowd(world, Number(query.get('crowd') ?? 0));
if (query.has('journal')) fillJournal(world);
if (query.has('hosts')) addDestinations(world);
if (query.has('transfers')) fillTransfers(world);
world.files.push(
  offered(),
  offered({ token: 'file-2', name: 'debian-13-generic.img', size: 3 * GIB, allocated: 0.4 * GIB, content: QCOW2 }),
);
Object.defineProperty(window, 'salvor', { value: fakeSalvor(world).api });
await import('../src/main.tsx');
