/** A socket in front of libvirt's own, whose connections can be cut. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

export interface Relay {
  readonly uri: string;
  /** Break all connections that are open; new ones are let through. */
  readonly cut: () => void;
  readonly stop: () => Promise<void>;
}

export async function startRelay(target: string, path: string): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(path);
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    uri: `qemu+unix:///system?socket=${path}`,
    cut,
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
