import { existsSync, readFileSync } from 'node:fs';
import { Problem, say } from './problem.mjs';
import { ask, findProgram, step } from './run.mjs';

/**
 * Packages of the system, by what they are needed for. Each row is a list of alternatives: the first that this release
 * knows is taken (Debian 13 and Ubuntu 24.04 renamed libraries for 64-bit time).
 * @typedef {'build' | 'window' | 'hypervisor'} Need
 */

/** @type {Record<Need, string[][]>} */
const debian = {
  // The binding is compiled against libvirt's client library.
  build: [['g++'], ['make'], ['pkgconf', 'pkg-config'], ['libvirt-dev']],
  // What Electron links to, and unzip for its archive.
  window: [
    ['libgtk-3-0t64', 'libgtk-3-0'],
    ['libnss3'],
    ['libasound2t64', 'libasound2'],
    ['libgbm1'],
    ['libxss1'],
    ['libxtst6'],
    ['libdrm2'],
    ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
    ['libcups2t64', 'libcups2'],
    ['unzip'],
  ],
  // Tests boot real guests under a libvirtd of their own, and show the window on a screen of their own.
  hypervisor: [
    ['libvirt-daemon-system'],
    ['libvirt-daemon-driver-qemu'],
    ['libvirt-clients'],
    ['qemu-system-x86'],
    ['qemu-utils'],
    // Media at web addresses: QEMU's curl driver.
    ['qemu-block-extra'],
    // Storage that goes away and comes back: an iSCSI target in user space, and libvirt's pools of such; QEMU's initiator is in the line above.
    ['tgt'],
    ['libvirt-daemon-driver-storage-iscsi-direct'],
    // Hosts with networks of their own.
    ['iproute2'],
    // Option ROMs of network cards: without them a guest with one does not start.
    ['ipxe-qemu'],
    ['seabios'],
    ['ovmf'],
    // Machines of other architectures, emulated; Debian 13 took s390x and RISC-V out of misc.
    ['qemu-system-arm'],
    ['qemu-system-ppc'],
    ['qemu-system-s390x', 'qemu-system-misc'],
    ['qemu-system-riscv', 'qemu-system-misc'],
    ['qemu-efi-aarch64'],
    ['qemu-efi-arm'],
    // TPMs of guests, and what makes their certificates.
    ['swtpm'],
    ['swtpm-tools'],
    ['gnutls-bin'],
    // Media as real tools make them: partitions, file systems, ISO images.
    ['fdisk'],
    ['gdisk'],
    ['dosfstools'],
    ['mtools'],
    ['e2fsprogs'],
    ['xorriso'],
    ['genisoimage'],
    ['python3'],
    ['xvfb'],
    ['xauth'],
    ['dbus'],
  ],
};

/** @type {Record<'fedora' | 'arch' | 'macos', { install: string[], packages: Record<Need, string[]> }>} */
const elsewhere = {
  fedora: {
    install: ['sudo', 'dnf', 'install'],
    packages: {
      build: ['gcc-c++', 'make', 'pkgconf-pkg-config', 'libvirt-devel'],
      window: [
        'gtk3',
        'nss',
        'alsa-lib',
        'mesa-libgbm',
        'libXScrnSaver',
        'libXtst',
        'libdrm',
        'at-spi2-atk',
        'cups-libs',
        'unzip',
      ],
      hypervisor: [
        'libvirt-daemon',
        'libvirt-daemon-driver-qemu',
        'libvirt-client',
        'qemu-system-x86-core',
        'qemu-system-aarch64-core',
        'qemu-system-arm-core',
        'qemu-system-ppc-core',
        'qemu-system-riscv-core',
        'qemu-system-s390x-core',
        'edk2-aarch64',
        'qemu-img',
        'qemu-block-curl',
        'qemu-block-iscsi',
        'scsi-target-utils',
        'libvirt-daemon-driver-storage-iscsi-direct',
        'iproute',
        'edk2-ovmf',
        'util-linux',
        'gdisk',
        'dosfstools',
        'mtools',
        'e2fsprogs',
        'xorriso',
        'genisoimage',
        'python3',
        'xorg-x11-server-Xvfb',
      ],
    },
  },
  arch: {
    install: ['sudo', 'pacman', '-S', '--needed'],
    packages: {
      build: ['base-devel', 'libvirt'],
      window: ['gtk3', 'nss', 'alsa-lib', 'mesa', 'libxss', 'libxtst', 'libdrm', 'at-spi2-core', 'libcups', 'unzip'],
      hypervisor: [
        'libvirt',
        'qemu-base',
        'qemu-system-aarch64',
        'qemu-system-arm',
        'qemu-system-ppc',
        'qemu-system-riscv',
        'qemu-system-s390x',
        'edk2-aarch64',
        'qemu-img',
        'qemu-block-curl',
        'qemu-block-iscsi',
        'iproute2',
        'edk2-ovmf',
        'util-linux',
        'gptfdisk',
        'dosfstools',
        'mtools',
        'e2fsprogs',
        'libisoburn',
        'cdrtools',
        'python',
        'xorg-server-xvfb',
      ],
    },
  },
  macos: {
    install: ['brew', 'install'],
    packages: { build: ['libvirt', 'pkgconf'], window: [], hypervisor: ['qemu'] },
  },
};

/** How to tell, on a system whose packages we do not install, that a need is met. @type {Record<Need, () => boolean>} */
const probes = {
  build: () =>
    findProgram('c++') !== null &&
    findProgram('make') !== null &&
    ask('pkg-config', ['--exists', 'libvirt']).code === 0,
  window: () => findProgram('unzip') !== null,
  hypervisor: () =>
    ['libvirtd', 'virtlogd', 'virsh', 'qemu-system-x86_64', 'qemu-img', 'ip', 'Xvfb', 'python3'].every(
      (name) => findProgram(name) !== null,
    ) &&
    ['aarch64', 'arm', 'ppc', 'ppc64', 'riscv64', 's390x'].every(
      (arch) => findProgram(`qemu-system-${arch}`) !== null,
    ) &&
    ['sfdisk', 'sgdisk', 'mkfs.vfat', 'mcopy', 'mkfs.ext4', 'xorriso', 'genisoimage'].every(
      (name) => findProgram(name) !== null,
    ),
};

/** @returns {'debian' | 'fedora' | 'arch' | 'macos' | 'other'} */
function family() {
  if (process.platform === 'darwin') return 'macos';
  if (findProgram('apt-get') !== null && findProgram('dpkg-query') !== null) return 'debian';
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) => (match[1] ?? '').split(' '));
  if (ids.some((id) => ['fedora', 'rhel', 'centos'].includes(id))) return 'fedora';
  if (ids.includes('arch')) return 'arch';
  return 'other';
}

/** Of the names, those that are installed. @param {string[]} names @returns {Set<string>} */
function installed(names) {
  const { stdout } = ask('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names]);
  const lines = stdout.split('\n').filter((line) => line.endsWith(' installed'));
  return new Set(lines.map((line) => line.split(' ')[0] ?? ''));
}

/** Of the names, those that apt could install now. @param {string[]} names @returns {Set<string>} */
function available(names) {
  const { stdout } = ask('apt-cache', ['policy', ...names], { env: { LC_ALL: 'C' } });
  const known = new Set();
  let name = '';
  for (const line of stdout.split('\n')) {
    if (/^\S.*:$/.test(line)) name = line.slice(0, -1);
    else if (/^ {2}Candidate: (?!\(none\))/.test(line)) known.add(name);
  }
  return known;
}

/**
 * The names to install for the rows, or null when apt does not know one of them.
 * @param {string[][]} rows
 * @returns {string[] | null}
 */
function choose(rows) {
  const known = available(rows.flat());
  const chosen = rows.map((row) => row.find((name) => known.has(name)));
  // One package can be the alternative of several rows.
  return chosen.every((name) => name !== undefined) ? [...new Set(chosen)] : null;
}

/** How to become root here: [] as root, a sudo prefix, or null. @returns {string[] | null} */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (findProgram('sudo') === null) return null;
  if (process.stdin.isTTY || ask('sudo', ['-n', 'true']).code === 0) return ['sudo'];
  return null;
}

/** @param {string[]} prefix @param {string[]} args @param {string} failed @param {string[]} todo */
async function aptGet(prefix, args, failed, todo) {
  // Through env(1), because sudo drops the environment. The lock is waited for: unattended upgrades hold it after boot.
  const argv = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    ...args,
  ];
  await step({
    name: `apt-${args[0]}`,
    program: argv[0],
    args: argv.slice(1),
    failed,
    todo,
    interactive: prefix.length > 0,
  });
}

/** Of our packages, the services that would listen on the network as soon as they are installed: package to unit. */
const LISTENERS = { tgt: 'tgt.service' };

/**
 * Keeps those services from being started: the tests run the program themselves. `systemctl unmask UNIT` lets it be started again.
 * @param {string[]} prefix @param {string[]} names packages that are about to be installed
 */
async function keepServicesOff(prefix, names) {
  if (!existsSync('/run/systemd/system')) return;
  for (const [name, unit] of Object.entries(LISTENERS)) {
    if (!names.includes(name)) continue;
    const argv = [...prefix, 'systemctl', 'mask', unit];
    say(argv.join(' '));
    const failed = `${unit}, which would listen on the network, could not be kept from starting.`;
    await step({ name: `mask-${name}`, program: argv[0], args: argv.slice(1), failed, interactive: prefix.length > 0 });
  }
}

/** @param {string[][]} missing rows of which nothing is installed */
async function installOnDebian(missing) {
  const byHand = (names) => `apt-get install --no-install-recommends ${names.join(' ')}`;
  const newest = missing.map((row) => row[row.length - 1]);
  const prefix = asRoot();
  if (prefix === null) {
    throw new Problem(`System packages are missing: ${newest.join(', ')}.`, {
      todo: ['Run as root, then start again:', `  apt-get update && ${byHand(choose(missing) ?? newest)}`],
    });
  }
  const network = ['Check the network connection and the package sources in /etc/apt, then run it again.'];
  const update = () => {
    say('apt-get update');
    return aptGet(prefix, ['update'], 'The lists of system packages could not be fetched.', network);
  };
  let names = choose(missing);
  const fresh = names === null;
  if (fresh) {
    await update();
    names = choose(missing);
  }
  if (names === null) {
    const known = available(missing.flat());
    const unknown = missing.filter((row) => !row.some((name) => known.has(name))).map((row) => row.join(' or '));
    throw new Problem(`apt-get offers no package for: ${unknown.join(', ')}.`, {
      todo: [
        'If apt-get update fails on this machine, repair the network connection or the package sources in /etc/apt first.',
        'Else enable the main package sources (on Ubuntu also "universe"), then run it again.',
      ],
    });
  }
  const install = async () => {
    await keepServicesOff(prefix, names);
    say(`apt-get install ${names.join(' ')}`);
    const todo = [...network, `Or install them by hand: ${byHand(names)}`];
    await aptGet(
      prefix,
      ['install', '-y', '--no-install-recommends', ...names],
      'System packages could not be installed.',
      todo,
    );
  };
  try {
    await install();
  } catch (error) {
    // Old lists name versions that the server no longer holds.
    if (fresh || !(error instanceof Problem)) throw error;
    await update();
    await install();
  }
}

/** @param {Need[]} needs @param {Exclude<ReturnType<typeof family>, 'debian'>} name */
function demandElsewhere(needs, name) {
  const unmet = needs.filter((need) => !probes[need]());
  if (unmet.length === 0) return;
  const systems = name === 'other' ? ['fedora', 'arch'] : [name];
  const commands = systems.map((system) => {
    const { install, packages } = elsewhere[system];
    return `  ${[...install, ...unmet.flatMap((need) => packages[need])].join(' ')}`;
  });
  const todo = ['Install them, then run it again:', ...commands];
  if (name === 'macos') todo.push('  xcode-select --install');
  if (name === 'macos' && unmet.includes('hypervisor'))
    todo.push('The tests on real guests need Linux: they give each libvirtd a mount namespace.');
  if (name === 'other') todo.unshift('This system is not one that set-up knows; its names for these may differ.');
  throw new Problem(`Programs and libraries of the system are missing (for ${unmet.join(', ')}).`, { todo });
}

/**
 * Sees to it that the system offers what is needed: installs it on Debian and Ubuntu, says what to run elsewhere.
 * @param {Need[]} needs
 */
export async function setUpSystem(needs) {
  const name = family();
  if (name !== 'debian') {
    demandElsewhere(needs, name);
    return;
  }
  const rows = needs.flatMap((need) => debian[need]);
  const present = installed(rows.flat());
  const missing = rows.filter((row) => !row.some((each) => present.has(each)));
  if (missing.length > 0) await installOnDebian(missing);
}
