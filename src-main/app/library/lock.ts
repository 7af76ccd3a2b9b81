/**
 * One writer of the library at a time on this computer, across processes: an abstract Unix socket whose name belongs to its folder, as the
 * domains' locks are (domain-lock.ts). The kernel lets go of it when its holder ends, however it ends: nothing is left behind by a crash.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** A change takes milliseconds: whoever holds the lock longer hangs. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 10;

/** Work while nobody else does; null: somebody else went on for too long. Abstract sockets are Linux's: elsewhere nothing is waited for. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<{ readonly value: T } | null> {
  if (process.platform !== 'linux') return { value: await work() };
  const name = `\0salvor-library-${createHash('sha256').update(folder).digest('hex')}`;
  const since = Date.now();
  for (;;) {
    const server = createServer((socket) => socket.destroy());
    if (await listen(server, name)) {
      try {
        return { value: await work() };
      } finally {
        await new Promise((done) => server.close(done));
      }
    }
    if (Date.now() - since > PATIENCE_MS) return null;
    await new Promise((done) => setTimeout(done, PAUSE_MS + Math.random() * PAUSE_MS));
  }
}

function listen(server: Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(name, () => resolve(true));
  });
}
