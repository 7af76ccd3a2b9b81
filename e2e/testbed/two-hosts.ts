/**
 * Two private libvirt hosts and a link between them: what migrations need, and what can be lost in one. Each has a network of its own, knows
 * the other by name and address, takes connections of other daemons by TCP (and TLS), and is reached by tests through its socket, whatever
 * becomes of the link. All of it ends with the test process. Needs root.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { makeAuthority } from './certificates.ts';
import type { Authority, HostCertificates } from './certificates.ts';
import { outputOf } from './command.ts';
import { startHypervisor } from './hypervisor.ts';
import type { HostSettings, Hypervisor } from './hypervisor.ts';

export interface HostOfTwo extends Hypervisor {
  /** On the link. */
  readonly address: string;
  /** null: without TLS. */
  readonly certificates: HostCertificates | null;
}

export interface TwoHosts {
  readonly a: HostOfTwo;
  readonly b: HostOfTwo;
  /** Nothing goes over any more, and nobody is told: as when a cable is pulled. */
  readonly linkDown: () => Promise<void>;
  readonly linkUp: () => Promise<void>;
  /** End both, and remove their folders. */
  readonly stop: () => Promise<void>;
}

export interface TwoHostsOptions {
  /** Certificates for QEMU (migration over TLS) and for the daemons (qemu+tls). Costs a second. */
  readonly tls?: boolean;
  /** Names of the hosts; default host-a and host-b. */
  readonly names?: readonly [string, string];
  /** Both daemons say to be the same host. */
  readonly sameUuid?: boolean;
}

/** The same in every pair: each has its networks to itself. */
const ADDRESSES = ['10.66.0.1', '10.66.0.2'] as const;
const DEVICE = 'link0';

/** Another name that its address is known by, of which its certificate knows nothing. */
export const strangeName = (hostname: string): string => `${hostname}.elsewhere`;

export async function startTwoHosts(options: TwoHostsOptions = {}): Promise<TwoHosts> {
  const names = options.names ?? (['host-a', 'host-b'] as const);
  const uuid = options.sameUuid === true ? randomUUID() : null;
  const seen: { authority: Authority | null } = { authority: null };
  const start = async (index: 0 | 1): Promise<HostOfTwo> => {
    let certificates: HostCertificates | null = null;
    const prepare = async (dir: string): Promise<HostSettings> => {
      // The first makes the authority, in its own folder: that goes in whichever way the tests end.
      if (options.tls === true) seen.authority ??= await makeAuthority(join(dir, 'authority'));
      certificates = (await seen.authority?.issue(names[index], ADDRESSES[index], join(dir, 'tls'))) ?? null;
      return settings(certificates, uuid ?? randomUUID(), names);
    };
    const host = await startHypervisor({ hostname: names[index], ownNetwork: true, prepare });
    return { ...host, address: ADDRESSES[index], certificates };
  };
  const hosts: HostOfTwo[] = [];
  const stop = async () => {
    await Promise.all(hosts.map((host) => host.stop()));
  };
  try {
    const a = await start(0);
    hosts.push(a);
    const b = await start(1);
    hosts.push(b);
    await connect(a, b);
    return {
      a,
      b,
      linkDown: () => must(a, 'ip', 'link', 'set', DEVICE, 'down'),
      linkUp: () => must(a, 'ip', 'link', 'set', DEVICE, 'up'),
      stop,
    };
  } catch (problem) {
    await stop();
    throw problem;
  }
}

/** A pair of devices, made in the two namespaces at once: none of it shows in this machine's own network, and it goes with either of them. */
async function connect(a: HostOfTwo, b: HostOfTwo): Promise<void> {
  const peer = ['peer', 'name', DEVICE, 'netns', String(await b.firstPid())];
  await outputOf('ip', ['link', 'add', DEVICE, 'netns', String(await a.firstPid()), 'type', 'veth', ...peer]);
  for (const host of [a, b]) {
    await must(host, 'ip', 'address', 'add', `${host.address}/24`, 'dev', DEVICE);
    await must(host, 'ip', 'link', 'set', DEVICE, 'up');
  }
}

function settings(certificates: HostCertificates | null, uuid: string, names: readonly [string, string]): HostSettings {
  const own = certificates?.qemu ?? '';
  const tls = {
    listen_tls: 1,
    key_file: join(own, 'server-key.pem'),
    cert_file: join(own, 'server-cert.pem'),
    ca_file: join(own, 'ca-cert.pem'),
  };
  const known = names.map((name, index) => `${ADDRESSES[index] ?? ''} ${name} ${strangeName(name)}\n`);
  return {
    libvirtd: {
      host_uuid: uuid,
      listen_tcp: 1,
      auth_tcp: 'none',
      ...(certificates === null ? { listen_tls: 0 } : tls),
    },
    // Control groups are not of the namespaces: guests of one name and number would share one.
    qemu: {
      cgroup_controllers: [],
      ...(certificates === null ? {} : { migrate_tls_x509_cert_dir: own, migrate_tls_x509_verify: 1 }),
    },
    hosts: `127.0.0.1 localhost\n${known.join('')}`,
    listens: true,
  };
}

async function must(host: Hypervisor, file: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await host.inside(file, ...args);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} in ${host.hostname}: ${stderr.trim()}`);
}
