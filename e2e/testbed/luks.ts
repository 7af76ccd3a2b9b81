/** Encrypted images and the secrets that open them. Key derivation is quick on purpose: nobody's data is behind it. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitCondition } from './await-condition.ts';
import { runCommand } from './command.ts';
import type { Hypervisor } from './hypervisor.ts';

const CREATE_SECONDS = 30;

/** Make an empty qcow2 image of 8 MiB that LUKS encrypts with `passphrase`. */
export async function makeLuksImage(path: string, passphrase: string): Promise<void> {
  const file = `${path}.passphrase`;
  await writeFile(file, passphrase, { mode: 0o600 });
  const luks = 'encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10';
  const secret = ['--object', `secret,id=key,file=${file}`];
  const create = ['create', '-q', '-f', 'qcow2', ...secret, '-o', luks, path, '8M'];
  // QEMU measures how quick this computer is, and gives up where the kernel counted no time for its short test: the next one may do.
  await awaitCondition(`qemu-img ${create.join(' ')}`, CREATE_SECONDS, async () => {
    const { code, stderr } = await runCommand('qemu-img', create);
    if (code !== 0 && !stderr.includes('Unable to get accurate CPU usage')) throw new Error(stderr);
    return code === 0;
  });
  await rm(file);
}

/** A <disk> of such an image, opened by the secret of that UUID. */
export function luksDiskXml(path: string, target: string, uuid: string): string {
  return `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'><encryption format='luks'><secret type='passphrase' uuid='${uuid}'/></encryption></source><target dev='${target}' bus='virtio'/></disk>`;
}

/** Define the secret of an image: `ephemeral` ones live in libvirtd’s memory alone and are gone with it, `kept` ones are on disk. */
export async function defineVolumeSecret(
  host: Hypervisor,
  uuid: string,
  path: string,
  kind: 'ephemeral' | 'kept',
): Promise<void> {
  const [ephemeral, isPrivate] = kind === 'ephemeral' ? ['yes', 'yes'] : ['no', 'no'];
  const file = `${path}.secret.xml`;
  await writeFile(
    file,
    `<secret ephemeral='${ephemeral}' private='${isPrivate}'><uuid>${uuid}</uuid><usage type='volume'><volume>${path}</volume></usage></secret>`,
  );
  await host.virsh('secret-define', file);
  await rm(file);
}

/** Give a secret its value. virsh reads it from a file: on a command line everybody could see it. */
export async function setSecretValue(host: Hypervisor, uuid: string, value: string): Promise<void> {
  const file = join(host.dir, `${uuid}.value`);
  await writeFile(file, value, { mode: 0o600 });
  await host.virsh('secret-set-value', uuid, '--file', file, '--plain');
  await rm(file);
}
