import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Connection } from './package.ts';
import { until } from './until.ts';

/** A real libvirtd with QEMU, apart from the machine's own. */
export interface Daemon {
  readonly uri: string;
  /** For images; the daemon sees it under the same path. */
  readonly folder: string;
  /** SIGSTOP: it answers nothing any more. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** SIGKILL: its connections break. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Needs root, libvirtd with the QEMU driver, virtlogd and unshare. @param ports the first port for migration */
export async function startDaemon(ports = 49152): Promise<Daemon> {
  const folder = await mkdtemp(join(tmpdir(), 'node-libvirt-daemon-'));
  for (const name of ['etc', 'run', 'var/lib', 'var/log', 'var/cache']) {
    await mkdir(join(folder, name, 'libvirt'), { recursive: true });
  }
  await mkdir(join(folder, 'images'));
  await cp('/etc/libvirt', join(folder, 'etc/libvirt'), {
    recursive: true,
    filter: (source) => !/\/(qemu|storage|secrets)\/.*\.xml$|\/autostart\//.test(source),
  });
  await appendFile(join(folder, 'etc/libvirt/libvirtd.conf'), `host_uuid = "${randomUUID()}"\n`);
  await appendFile(
    join(folder, 'etc/libvirt/qemu.conf'),
    `user = "root"\ngroup = "root"\nsecurity_driver = "none"\nremember_owner = 0\n` +
      `migration_port_min = ${String(ports)}\nmigration_port_max = ${String(ports + 20)}\n`,
  );
  const init = fileURLToPath(new URL('daemon-init.sh', import.meta.url));
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--uts', '--pid', '--fork', '--mount-proc', '--kill-child', '--propagation', 'private'],
      ...['bash', init, folder],
    ],
    // Not this process's environment: the tests' sanitizer is none of the daemon's business.
    { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C' } },
  );
  const logFile = join(folder, 'daemon.log');
  const log = createWriteStream(logFile);
  child.stderr.pipe(log);
  const lines = createInterface({ input: child.stdout });
  const command = async (text: string): Promise<void> => {
    const answered = new Promise<void>((resolve) => {
      const listen = (line: string): void => {
        if (line !== `done: ${text}`) return;
        lines.off('line', listen);
        resolve();
      };
      lines.on('line', listen);
    });
    child.stdin.write(`${text}\n`);
    await answered;
  };
  const uri = `qemu+unix:///system?socket=${folder}/run/libvirt/libvirt-sock`;
  const stop = async (): Promise<void> => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until('libvirtd answers', async () => {
      try {
        await (await Connection.open(uri, { timeout: 5000 })).close();
        return true;
      } catch {
        return false;
      }
    });
  } catch (error) {
    const said = await readFile(logFile, 'utf8');
    await stop();
    throw new Error(`the private libvirtd did not start: ${said.slice(-2000)}`, { cause: error });
  }
  return {
    uri,
    folder: join(folder, 'images'),
    freeze: () => command('stop'),
    thaw: () => command('continue'),
    kill: () => command('kill'),
    stop,
  };
}
