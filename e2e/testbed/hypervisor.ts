/**
 * Private libvirt hosts: a real libvirtd with real QEMU, apart from the machine's own and from each other. Each runs in namespaces of
 * its own (mount, uts, pid; network where asked for) with folders of its own for /etc, /run and /var, is reached from outside through
 * its socket, and ends with the process that started it, guests and folder included, however that process ends. Needs root.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomInt, randomUUID } from 'node:crypto';
import { awaitCondition } from './await-condition.ts';
import { outputOf, runCommand } from './command.ts';
import type { Finished } from './command.ts';
import { installHook } from './hooks.ts';
import { giveCapabilities, keepCapabilities } from './known-capabilities.ts';

export interface Hypervisor {
  /** For any libvirt client on this machine. */
  readonly uri: string;
  readonly hostname: string;
  /** Of this host alone; put images and logs here. Removed by stop(). */
  readonly dir: string;
  readonly socket: string;
  /** virsh, our witness from outside: its output, or an error with what it said. */
  readonly virsh: (...args: string[]) => Promise<string>;
  /** virsh where failure is an answer. */
  readonly tryVirsh: (...args: string[]) => Promise<Finished>;
  /** Stop the daemon in its tracks (SIGSTOP): it answers nobody, guests go on. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /** Kill the daemon (SIGKILL), guests go on. */
  readonly killDaemon: () => Promise<void>;
  /** Start it anew and wait until it answers. */
  readonly startDaemon: () => Promise<void>;
  /** The two, one after the other. */
  readonly restartDaemon: () => Promise<void>;
  /** A signal for the QEMU process of a guest that runs. */
  readonly signalGuest: (name: string, signal: NodeJS.Signals) => Promise<void>;
  /** Run a program within the host: its files, its processes, its network. Killed with the host. */
  readonly inside: (file: string, ...args: string[]) => Promise<Finished>;
  /** The pid, as seen from here, of the first process of the host: to put a network device in its namespace, and the like. */
  readonly firstPid: () => Promise<number>;
  /** End everything and remove the folder. */
  readonly stop: () => Promise<void>;
}

export interface HypervisorOptions {
  readonly hostname?: string;
  /** Permissions of the read-write socket, octal; default 0777. */
  readonly socketPermissions?: string;
  /** A network of its own with nothing but its loopback; else it has that of this machine. Bridges and libvirt's networks need one. */
  readonly ownNetwork?: boolean;
  /** Called with the folder of the host before anything is started in it: what the host has on top of what every host has. */
  readonly prepare?: (dir: string) => Promise<HostSettings>;
}

/** Lines of configuration files, and who is known by name. */
export interface HostSettings {
  /** libvirtd.conf; what is set here counts. */
  readonly libvirtd: ConfigurationLines;
  /** qemu.conf; likewise. */
  readonly qemu: ConfigurationLines;
  /** Its /etc/hosts. */
  readonly hosts: string;
  /** libvirtd takes connections from the network: as `libvirtd` says. */
  readonly listens: boolean;
}

type ConfigurationLines = Readonly<Record<string, string | number | readonly string[]>>;

const INIT = join(import.meta.dirname, 'private-libvirtd.sh');
const FOLDERS = ['etc', 'run', 'var/lib', 'var/log', 'var/cache'] as const;
/** Emulated TPMs run as who runs the guests. */
const SWTPM = { swtpm_user: 'root', swtpm_group: 'root' } as const;
/** The first connection makes libvirtd probe QEMU, which takes seconds on a busy machine. */
const START_SECONDS = 60;

export async function startHypervisor(options: HypervisorOptions = {}): Promise<Hypervisor> {
  const hostname = options.hostname ?? 'testhost';
  // 0755 all the way down: guests and clients of other users must be able to reach images and socket.
  const dir = await mkdtemp(join(tmpdir(), 'salvor-testbed-'));
  await outputOf('chmod', ['0755', dir]);
  const settings = (await options.prepare?.(dir)) ?? null;
  await writeConfiguration(dir, options.socketPermissions ?? '0777', settings);
  const listen = settings?.listens === true ? ['--listen'] : [];
  await giveCapabilities(dir);
  const began = Date.now();
  const socket = join(dir, 'run/libvirt/libvirt-sock');
  const uri = `qemu+unix:///system?socket=${socket}`;
  const namespaces = ['--mount', '--uts', '--pid', ...(options.ownNetwork === true ? ['--net'] : [])];
  const unshare = [...namespaces, '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];
  const network = options.ownNetwork === true ? 'own' : 'shared';
  const init = spawn('unshare', [...unshare, 'bash', INIT, dir, hostname, network, ...listen], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(dir, 'libvirtd.log'));
  init.stdout.pipe(log);
  init.stderr.pipe(log);
  const ended = once(init, 'exit');
  const tryVirsh = (...args: string[]) => runCommand('virsh', ['-q', '-c', uri, ...args]);
  const ready = () => awaitReady(dir, init.exitCode === null, tryVirsh);
  const stop = async () => {
    init.stdin.end();
    await ended;
  };
  try {
    await awaitCondition(`libvirtd at ${uri}`, START_SECONDS, ready);
    await keepCapabilities(dir, began);
  } catch (problem) {
    await stop();
    throw problem;
  }
  const signal = async (name: NodeJS.Signals) => {
    process.kill(await outsidePid(init.pid, dir, 'libvirtd.pid'), name);
  };
  const killDaemon = () => signal('SIGKILL');
  const firstPid = () => outsidePid(init.pid, dir, null);
  const inside = async (...command: string[]) =>
    runCommand('nsenter', ['--target', String(await firstPid()), ...namespaces, '--', ...command]);
  const startDaemon = async () => {
    const start = () => inside('libvirtd', ...listen, '-d', '-p', join(dir, 'libvirtd.pid'));
    // One that was killed in the middle of a start holds its pidfile until the kernel is done with it.
    await awaitCondition(`the start of libvirtd at ${uri}`, START_SECONDS, async () => (await start()).code === 0);
    await awaitCondition(`libvirtd at ${uri} again`, START_SECONDS, ready);
  };
  return {
    uri,
    hostname,
    dir,
    socket,
    virsh: (...args) => outputOf('virsh', ['-q', '-c', uri, ...args]),
    tryVirsh,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    killDaemon,
    startDaemon,
    restartDaemon: async () => {
      await killDaemon();
      await startDaemon();
    },
    signalGuest: async (name, which) => {
      process.kill(await outsidePid(init.pid, dir, join('run/libvirt/qemu', `${name}.pid`)), which);
    },
    inside,
    firstPid,
    stop,
  };
}

async function writeConfiguration(
  dir: string,
  socketPermissions: string,
  settings: HostSettings | null,
): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(dir, folder, 'libvirt'), { recursive: true });
  if (settings !== null) await writeFile(join(dir, 'hosts'), settings.hosts);
  const lines = (values: ConfigurationLines) =>
    Object.entries(values)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
      .join('');
  await writeFile(
    join(dir, 'etc/libvirt/libvirtd.conf'),
    lines({
      host_uuid: randomUUID(),
      auth_unix_rw: 'none',
      auth_unix_ro: 'none',
      unix_sock_rw_perms: socketPermissions,
      unix_sock_ro_perms: '0777',
      ...settings?.libvirtd,
    }),
  );
  await installHook(dir);
  // As root: /dev/kvm and the images belong to whoever runs the tests.
  await writeFile(
    join(dir, 'etc/libvirt/qemu.conf'),
    lines({
      ...{ user: 'root', group: 'root', security_driver: 'none', remember_owner: 0 },
      ...SWTPM,
      ...(await ownPorts()),
      ...settings?.qemu,
    }),
  );
}

/**
 * Hosts share the network of the machine, and each believes all of its ports to be free: so each has a range of its own for VNC. The last
 * port of it is kept by this process for as long as it lives, and says to others that the range is taken.
 */
async function ownPorts(): Promise<Readonly<Record<string, number>>> {
  for (;;) {
    const first = 10_000 + 100 * randomInt(0, 220);
    const taken = createServer().unref();
    const isOurs = await new Promise<boolean>((resolve) => {
      taken.once('error', () => resolve(false));
      taken.listen(first + 99, '127.0.0.1', () => resolve(true));
    });
    if (isOurs) return { remote_display_port_min: first, remote_display_port_max: first + 98 };
  }
}

async function awaitReady(dir: string, alive: boolean, tryVirsh: Hypervisor['tryVirsh']): Promise<true | false> {
  if (!alive)
    throw new Error(
      `libvirtd did not start: ${await readFile(join(dir, 'libvirtd.log'), 'utf8').catch(() => 'no log')}`,
    );
  return (await tryVirsh('version')).code === 0;
}

/**
 * The pid, as seen from here, of a process of the private host: of the one whose pid in there is in `pidFile`, or of its first process.
 * A process tells its pids, from the outermost namespace to the innermost, in /proc/PID/status.
 */
async function outsidePid(unshare: number | undefined, dir: string, pidFile: string | null): Promise<number> {
  const wanted = pidFile === null ? 1 : Number(await readFile(join(dir, pidFile), 'utf8'));
  const space = await readlink(`/proc/${String(unshare)}/ns/pid_for_children`);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const its = await readlink(`/proc/${pid}/ns/pid`).catch(() => null);
    if (its !== space) continue;
    // A process that ends meanwhile is none that was asked for.
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const pids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    if (Number(pids.at(-1)) === wanted) return Number(pid);
  }
  throw new Error(`no process ${String(wanted)} in the private host at ${dir}`);
}
