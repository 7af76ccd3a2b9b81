/**
 * The window in a browser, over the fake. `?crowd=10000` adds a host with as many machines, `?theme=dark` chooses colours, `?journal` brings
 * a history, unfinished operations and leftovers.
 */
import { fillJournal } from './fake-journal.test-support.ts';
import { fakeSalvor } from './fake-salvor.test-support.ts';
import { addCrowd, makeWorld } from './fake-world.test-support.ts';

const query = new URLSearchParams(location.search);
const world = makeWorld({ delay: Number(query.get('delay') ?? 20), stepDelay: Number(query.get('step') ?? 900) });
const theme = query.get('theme');
if (theme === 'dark' || theme === 'light') world.settings = { ...world.settings, theme };
addCrowd(world, Number(query.get('crowd') ?? 0));
if (query.has('journal')) fillJournal(world);
Object.defineProperty(window, 'salvor', { value: fakeSalvor(world).api });
await import('../src/main.tsx');
