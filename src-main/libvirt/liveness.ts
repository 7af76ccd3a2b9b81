/** Does a connection still stand? libvirt tells of its end, but not always; see suspect(). */
import { LibvirtTimeoutError } from 'node-libvirt';
import type { Connection } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';

const CLOSE_REASONS: Readonly<Record<number, string>> = {
  [vir.VIR_CONNECT_CLOSE_REASON_ERROR]: 'an input/output error',
  [vir.VIR_CONNECT_CLOSE_REASON_EOF]: 'the daemon closed the connection',
  [vir.VIR_CONNECT_CLOSE_REASON_KEEPALIVE]: 'the host gave no sign of life for half a minute',
  [vir.VIR_CONNECT_CLOSE_REASON_CLIENT]: 'the connection was closed',
};

/** How often a suspected connection is looked at, and after how many looks without an answer it counts as gone. */
const LOOK_MS = 5000;
const LOOKS = 12;

export interface Liveness {
  /** false only where it is certain that it has ended. */
  readonly isAlive: () => Promise<boolean>;
  /** A call has shown that the connection has ended. */
  readonly ended: () => void;
  /**
   * A call was not answered in time. With two calls or more waiting, libvirt 9.0 ends a connection by keepalive and tells nobody: the
   * thread that is handed the socket next waits for data that never comes. From now on the connection is looked at.
   */
  readonly suspect: () => void;
  /** Nothing is told any more. */
  readonly stop: () => void;
}

/** `onLost` is called at most once, with the reason in words. */
export function createLiveness(connection: Connection, onLost: (reason: string) => void): Liveness {
  let over = false;
  let watchdog: NodeJS.Timeout | undefined;
  const stop = () => {
    over = true;
    clearInterval(watchdog);
  };
  const lose = (reason: string) => {
    if (over) return;
    stop();
    onLost(reason);
  };
  connection.onClose((reason) => lose(CLOSE_REASONS[reason] ?? 'the connection ended'));

  /** null: no answer, since all threads of the connection are held up in calls. */
  const ask = async (): Promise<boolean | null> => {
    try {
      return await connection.isAlive({ timeout: 1000 });
    } catch (error) {
      return error instanceof LibvirtTimeoutError ? null : false;
    }
  };
  return {
    isAlive: async () => (await ask()) !== false,
    ended: () => lose('the connection ended'),
    suspect: () => {
      if (over || watchdog !== undefined) return;
      let silent = 0;
      watchdog = setInterval(() => {
        void ask().then((alive) => {
          silent = alive === null ? silent + 1 : 0;
          if (alive === false || silent >= LOOKS) lose('the host gave no sign of life');
        });
      }, LOOK_MS).unref();
    },
    stop,
  };
}
