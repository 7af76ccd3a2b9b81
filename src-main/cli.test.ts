/** The command line as a process: what is on stdout, what on stderr, and the exit code. No host is needed here; see e2e/host. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DEFINITION } from './app/fake-hypervisor.test-support.ts';

// Each test starts Node once or twice, on a machine that may be busy with guests.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let xml: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salvor-cli-'));
  xml = join(folder, 'patient.xml');
  await writeFile(xml, DEFINITION);
});
afterAll(() => rm(folder, { recursive: true }));

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function salvor(args: readonly string[], input = ''): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    // A command that does not read its input ends before all is written.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

const MEDIUM = ['--medium', 'path:/nowhere/rescue.iso', '--medium-format', 'iso'] as const;

test('--version', async () => {
  const about = await readFile(join(import.meta.dirname, '../package.json'), 'utf8');
  const { version } = JSON.parse(about) as { version: string };
  expect(await salvor(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(JSON.parse((await salvor(['--version', '--json'])).stdout)).toEqual({ version });
});

describe('plan from a file', () => {
  test('--json is the plan and nothing else', async () => {
    const { code, stdout, stderr } = await salvor(['plan', '--xml', xml, ...MEDIUM, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      planVersion: 1,
      refusals: [],
      rescueDevice: { target: 'sda', bus: 'sata', device: 'cdrom', order: 1 },
      bootBefore: [{ order: 1, kind: 'disk', target: 'vda', index: 0 }],
      bootAfter: [
        { order: 1, kind: 'cdrom', target: 'sda', index: 0 },
        { order: 2, kind: 'disk', target: 'vda', index: 0 },
      ],
    });
  });

  test('standard input, and --json before the command', async () => {
    const { code, stdout } = await salvor(['--json', 'plan', '--xml', '-', ...MEDIUM], DEFINITION);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ domain: { name: 'patient' } });
  });

  test('a refusal is exit 2, and the plan is printed', async () => {
    const { code, stdout } = await salvor(['plan', '--xml', xml, ...MEDIUM, '--bus', 'ide', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ refusals: [{ code: 'machine-bus-fit' }], rescueXml: null });
  });

  test.each([
    ['xml', /<boot order="1"\/>/],
    ['diff', /^\+.*<boot order="1"\/>$/m],
    ['virsh', /virsh -c qemu:\/\/\/system create rescue\.xml/],
    ['boot', /Boot order in rescue/],
  ])('--out %s', async (out, expected) => {
    const { code, stdout } = await salvor(['plan', '--xml', xml, ...MEDIUM, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
  });
});

describe('names in the guest', () => {
  test('--names: a table, and what the names depend on', async () => {
    const { code, stdout, stderr } = await salvor(['inspect', '--xml', xml, '--names']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^patient .*\n\nNames in the guest\n {2}target +kernel name +by-id +by-path +Windows disk +Windows location\n {2}vda +\/dev\/vda /,
    );
    expect(stdout).toMatch(/^ {2}vda: The only virtio disk/m);
    expect(stdout).not.toContain('Boot order');
  });

  test('--fstab: nothing but comments; --json has the names in any case', async () => {
    const [fstab, all] = await Promise.all([
      salvor(['inspect', '--xml', xml, '--fstab']),
      salvor(['inspect', '--xml', xml, '--names', '--json']),
    ]);
    expect(fstab.code).toBe(0);
    for (const line of fstab.stdout.trimEnd().split('\n')) expect(line).toMatch(/^#/);
    expect(JSON.parse(all.stdout)).toMatchObject({
      disks: [{ target: 'vda', guestNames: { kernel: '/dev/vda', windows: { disk: 0 } } }],
    });
  });
});

describe('power, on libvirt’s own test driver', () => {
  const act = (...words: string[]) => salvor(['power', ...words, 'test', '--uri', 'test:///default']);

  test('what is asked for is done, told, and refused where it cannot be', async () => {
    const paused = await act('pause', '--json');
    expect(JSON.parse(paused.stdout)).toMatchObject({
      domain: { name: 'test' },
      action: 'pause',
      state: 'paused',
      told: [{ code: 'power-pause' }],
    });
    // Each connection to the driver is a host of its own, where the machine runs.
    const off = await act('force-off', '--yes');
    expect(off).toMatchObject({ code: 0, stdout: 'test: shutoff\n' });
    expect(off.stderr).toMatch(/^done +Force test off$/m);
    expect(await act('start')).toMatchObject({ code: 0, stdout: 'test: running\ntest was running already.\n' });
  });

  test('without --hard, reboot is the same as power reboot', async () => {
    const words = ['test', '--uri', 'test:///default', '--yes', '--json'];
    const [power, plain] = await Promise.all([salvor(['power', 'reboot', ...words]), salvor(['reboot', ...words])]);
    expect(JSON.parse(plain.stdout)).toEqual(JSON.parse(power.stdout));
    expect(JSON.parse(plain.stdout)).toMatchObject({ action: 'reboot', state: 'running' });
  });
});

describe('migrate', () => {
  test('a refused plan is exit 2, whether it was to be shown or carried out', async () => {
    const words = ['migrate', 'test', '--uri', 'test:///default', '--to', 'test:///default'];
    const [shown, run, json] = await Promise.all([
      salvor([...words, '--plan']),
      salvor([...words, '--yes']),
      salvor([...words, '--plan', '--json']),
    ]);
    expect(shown).toMatchObject({ code: 2, stderr: '' });
    expect(shown.stdout).toMatch(/^Migration of test .*\n\nRefused\n {2}migrate-driver: /);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('migrate-driver');
    expect(json).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ planVersion: 1, running: null });
  });
});

describe('who reads it', () => {
  const reboot = ['reboot', 'test', '--uri', 'test:///default', '--yes'];

  test('may go away: what is under way goes on to its end', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...reboot], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr.destroy();
    const told = text(child.stdout);
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, told: await told }).toEqual({ code: 0, told: expect.stringMatching(/^test: running\n/) as string });
  });

  test('has to get it: a full disk is a failure', async () => {
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.ts'), 'list', '--uri', 'test:///default'], {
      stdio: ['ignore', full.fd, 'pipe'],
    });
    let told = '';
    child.stderr?.on('data', (piece: Buffer) => (told += String(piece)));
    const [code] = (await once(child, 'close')) as [number | null];
    await full.close();
    expect(code).toBe(1);
    expect(told).toMatch(/^salvor: what there was to tell could not be written: .*ENOSPC/);
  });
});

describe('what is wrong is said on stderr, or as JSON on stdout', () => {
  test.each([
    [[], 64, /name a command of salvor: list, inspect, plan, /],
    [['media'], 64, /name a command of salvor media: add, list, /],
    [['nvram'], 64, /name a command of salvor nvram: restore$/m],
    [['frob'], 64, /unknown command/i],
    [['plan', '--xml', 'FILE'], 64, /--medium/],
    [['plan', '--xml', 'FILE', '--uri', 'x', '--medium', 'original'], 64, /either --uri/],
    [['plan', '--xml', 'FILE', '--medium', 'volume:a/b'], 64, /needs a host/],
    [['plan', '--xml', 'FILE', '--medium', 'original', '--out', 'poem'], 64, /--out is one of/],
    [['plan', '--xml', '/nowhere', '--medium', 'original'], 1, /cannot be read/],
    [['rescue', 'patient', '--uri', 'test:///default', '--medium', 'original'], 64, /--yes/],
    [['list', '--uri', 'nonsense'], 1, /not a libvirt connection URI/],
    [['list'], 64, /--uri/],
    [['resume', '--finish'], 64, /name the operation/],
    [['resume', 'x'], 64, /choose a way on/],
    [['resume', 'x', '--finish', '--forget'], 64, /choose one way/],
    [['resume', 'x', '--finish', '--yes'], 64, /--uri URI/],
    [['resume', 'x', '--forget'], 64, /say --yes/],
    [['end', 'x', '--uri', 'test:///default', '--record', 'rumour'], 64, /--record is one of metadata, journal/],
    [['migrate', 'x', '--uri', 'test:///default'], 64, /--to/],
    [['migrate', 'x', '--uri', 'test:///default', '--to', 'test:///default'], 64, /say --yes/],
    [['migrate', 'x', '--uri', 'test:///a', '--to', 'test:///b', '--plan', '--live', '--offline'], 64, /not both/],
    [['power', 'explode', 'x', '--uri', 'test:///default'], 64, /is one of start, shutdown, reboot, reset, force-off/],
    [['reboot', 'x', '--uri', 'test:///default'], 64, /say --yes/],
    [['reboot', 'x', '--uri', 'test:///default', '--plan'], 64, /belong to a hard reboot/],
    [['reboot', 'x', '--uri', 'test:///default', '--hard', '--agent'], 64, /--agent belongs to a plain reboot/],
    [['reboot', 'x', '--uri', 'test:///default', '--hard', '--yes', '--secret', 'x=y'], 64, /UUID=@FILE/],
  ] as const)('%j: exit %i', async (words, code, message) => {
    const args = words.map((word) => (word === 'FILE' ? xml : word));
    const [plain, json] = await Promise.all([salvor(args), salvor([...args, '--json'])]);
    expect(plain).toMatchObject({ code, stdout: '' });
    expect(plain.stderr).toMatch(message);
    expect(plain.stderr).toMatch(/unchanged: .*\n\s*next: /);
    expect(plain.stderr).not.toMatch(/^\s+at /m);
    expect(json).toMatchObject({ code, stderr: '' });
    expect((JSON.parse(json.stdout) as { error: { message: string } }).error.message).toMatch(message);
  });

  test('a file of 50 MB is refused by its length, a stream once it is too long', async () => {
    const large = join(folder, 'large.xml');
    await writeFile(large, DEFINITION);
    await truncate(large, 50_000_000);
    const answers = await Promise.all([
      salvor(['plan', '--xml', large, ...MEDIUM]),
      salvor(['plan', '--xml', '-', ...MEDIUM], ' '.repeat(5_000_000)),
    ]);
    for (const { code, stderr } of answers) {
      expect(code).toBe(1);
      expect(stderr).toContain('is no domain definition');
    }
  });
});

test('help is no failure, and offers what there is and no more', async () => {
  const { code, stdout, stderr } = await salvor(['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const commands = [
    'list',
    'inspect',
    'plan',
    'rescue',
    'end',
    'sessions',
    'resume',
    'power',
    'reboot',
    'migrate',
    'history',
  ];
  for (const command of [...commands, 'media']) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
});
