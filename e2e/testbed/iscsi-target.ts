/**
 * An iSCSI target in user space (tgtd) on the loopback of a host with a network of its own, which can go away and come back; QEMU and libvirt
 * reach it with an initiator in user space, so the kernel needs to know nothing of iSCSI.
 */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitCondition } from './await-condition.ts';
import type { Hypervisor } from './hypervisor.ts';

const PORTAL = { address: '127.0.0.1', port: 3260 } as const;
const TARGET = 'iqn.2026-11.test:target';
const INITIATOR = 'iqn.2026-11.test:initiator';
const START_SECONDS = 20;

export interface IscsiTarget {
  readonly iqn: string;
  /** `HOST:PORT` as the host sees it. */
  readonly portal: string;
  /** A <pool type='iscsi-direct'> of it. Its one volume is `unit:0:0:1`. */
  readonly poolXml: (name: string) => string;
  /** The same unit as a network <disk>. */
  readonly diskXml: (disk: string) => string;
  /** It answers nobody any more (SIGKILL). */
  readonly goAway: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

/** Whom it lets in (CHAP), and the UUID of libvirt's secret with the password. */
export interface ChapAccount {
  readonly user: string;
  /** 12 to 16 letters. */
  readonly password: string;
  readonly secret: string;
}

/** Start it with one unit of 8 MiB, for everybody or for one account. It ends with the host. */
export async function startIscsiTarget(host: Hypervisor, account: ChapAccount | null = null): Promise<IscsiTarget> {
  const dir = join(host.dir, 'iscsi');
  await mkdir(dir);
  const [pidFile, unit] = [join(dir, 'tgtd.pid'), join(dir, 'unit.raw')];
  await writeFile(unit, '');
  await truncate(unit, 8 * 1024 * 1024);
  // A control socket of its own: the usual one would be that of the machine.
  const own = ['env', `TGT_IPC_SOCKET=${join(dir, 'tgtd.sock')}`] as const;
  const admin = (...words: string[]) => host.inside(...own, 'tgtadm', '--lld', 'iscsi', ...words);
  const demand = async (...words: string[]) => {
    const done = await admin(...words);
    if (done.code !== 0) throw new Error(`tgtadm ${words.join(' ')}: ${done.stderr}`);
  };
  const comeBack = async () => {
    const portal = `portal=${PORTAL.address}:${PORTAL.port}`;
    const started = await host.inside(...own, 'tgtd', '--pid-file', pidFile, '--iscsi', portal);
    if (started.code !== 0)
      throw new Error(`tgtd (package tgt, in Fedora scsi-target-utils) did not start: ${started.stderr}`);
    const answers = async () => (await admin('--mode', 'sys', '--op', 'show')).code === 0;
    await awaitCondition('tgtd to answer', START_SECONDS, answers);
    await demand('--mode', 'target', '--op', 'new', '--tid', '1', '-T', TARGET);
    await demand('--mode', 'logicalunit', '--op', 'new', '--tid', '1', '--lun', '1', '-b', unit);
    await demand('--mode', 'target', '--op', 'bind', '--tid', '1', '-I', 'ALL');
    if (account === null) return;
    const { user, password } = account;
    await demand('--mode', 'account', '--op', 'new', '--user', user, '--password', password);
    await demand('--mode', 'account', '--op', 'bind', '--tid', '1', '--user', user);
  };
  const goAway = async () => {
    const pid = (await readFile(pidFile, 'utf8')).trim();
    await host.inside('kill', '-KILL', pid);
    await awaitCondition(
      'tgtd to be gone',
      START_SECONDS,
      async () => (await host.inside('kill', '-0', pid)).code !== 0,
    );
  };
  await comeBack();
  const authXml = (type: string) =>
    account === null
      ? ''
      : `<auth ${type} username='${account.user}'><secret type='iscsi' uuid='${account.secret}'/></auth>`;
  return {
    iqn: TARGET,
    portal: `${PORTAL.address}:${PORTAL.port}`,
    poolXml: (name) =>
      `<pool type='iscsi-direct'><name>${name}</name><source><host name='${PORTAL.address}' port='${PORTAL.port}'/><device path='${TARGET}'/><initiator><iqn name='${INITIATOR}'/></initiator>${authXml("type='chap'")}</source></pool>`,
    diskXml: (disk) =>
      `<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='iscsi' name='${TARGET}/1'><host name='${PORTAL.address}' port='${PORTAL.port}'/>${authXml('')}<initiator><iqn name='${INITIATOR}'/></initiator></source><target dev='${disk}' bus='virtio'/></disk>`,
    goAway,
    comeBack,
  };
}
