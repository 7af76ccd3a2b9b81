/**
 * One operation a domain at a time on this computer, across processes: an abstract Unix socket whose name belongs to the domain.
 * Taking it is atomic and the kernel lets go of it when the process ends, however it ends, so nothing can be left behind. Who asks while it
 * is taken is told by its holder who that is. Between computers the host decides: a domain that runs cannot be created again.
 */
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { DomainRef } from '../libvirt/port.ts';

/** How long the holder may take to say who it is, and how often it is asked: one that has just ended says nothing, and the lock is free. */
const ANSWER_MS = 700;
const TRIES = 3;
const MAX_ANSWER = 500;
/** A holder that does not say who it is. */
const NAMELESS = 'another Salvor on this computer';

/**
 * Take the lock of a domain, or throw `busy` saying who has it, and since when. Resolves to what lets go of it. `host` is the host's own name;
 * `holder` says what is done and ends with who does it.
 */
export async function lockDomain(host: string, domain: DomainRef, holder: string): Promise<() => void> {
  // Abstract sockets are Linux's; elsewhere the check of the running domain's metadata, and libvirt itself, stand alone.
  if (process.platform !== 'linux') return () => undefined;
  const path = pathOf(host, domain);
  const answer = `${holder} at ${new Date().toISOString()}`;
  for (let tries = TRIES; ; tries -= 1) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(answer);
    });
    if (await listen(server, path)) {
      server.unref();
      return () => void server.close();
    }
    const what = (await askHolder(path)) ?? NAMELESS;
    if (what !== NAMELESS || tries <= 1) throw new SalvorError('busy', { domain: domain.name, what });
  }
}

/** Who has the lock of a domain, in words; null: nobody, or it cannot be known here. */
export async function lockHolder(host: string, domain: Pick<DomainRef, 'uuid'>): Promise<string | null> {
  return process.platform === 'linux' ? askHolder(pathOf(host, domain)) : null;
}

function pathOf(host: string, { uuid }: Pick<DomainRef, 'uuid'>): string {
  return `\0salvor-${createHash('sha256').update(`${host}\n${uuid}`).digest('hex')}`;
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(path, () => resolve(true));
  });
}

/** null: nobody listens. */
function askHolder(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = '';
    let held = false;
    const socket = connect(path, () => (held = true));
    const done = () => {
      socket.destroy();
      resolve(held ? answer.slice(0, MAX_ANSWER) || NAMELESS : null);
    };
    socket.setTimeout(ANSWER_MS, done);
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('end', done).on('error', done);
  });
}
