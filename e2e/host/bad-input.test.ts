/** What people and files get wrong: each time a sentence, the right exit code, nothing touched, and never a stack trace. */
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineGuest, definitionOf, medium, observe } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, refusalCodes, rescueArguments, salvor, salvorWithoutOverride } from '../testbed/salvor.ts';
import { expectNoStack } from './no-stack.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

let host: Hypervisor;
let guest: Guest;
let disk: string;
let files: string;
beforeAll(async () => {
  host = await startHypervisor();
  guest = await defineGuest(host, { name: 'patient', machine: 'q35' });
  disk = `path:${await medium(host, 'medium')}`;
  files = await mkdtemp(join(tmpdir(), 'salvor-bad-input-'));
});
afterAll(async () => {
  await host.stop();
  await rm(files, { recursive: true });
});

/** Run it twice, for machines and for people: the code and exit code in JSON, the same three sentences in words. */
async function expectError(args: readonly string[], exit: number, code: string): Promise<SalvorAnswer> {
  const answer = await salvor([...args, '--json']);
  expectNoStack(answer);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: exit });
  expect(errorCode(answer)).toBe(code);
  const { message, unchanged, next } = (answer.json as { error: { message: string; unchanged: string; next: string } })
    .error;
  for (const sentence of [message, unchanged, next]) expect(sentence).toMatch(/\w.*[.!]$/s);
  const words = await salvor(args);
  expectNoStack(words);
  expect(words.code).toBe(exit);
  expect(words.stdout, 'errors go to standard error').toBe('');
  const flat = words.stderr.replace(/\s+/g, ' ');
  for (const sentence of [message, unchanged, next]) expect(flat).toContain(sentence.replace(/\s+/g, ' '));
  return answer;
}

describe('connections', () => {
  test.each([
    ['no daemon at the socket', 'qemu+unix:///system?socket=/nowhere/libvirt-sock', 'host-unreachable'],
    ['a host that refuses', 'qemu+tcp://127.0.0.1:1/system', 'host-unreachable'],
    ['a host name that does not exist', 'qemu+tcp://no-such-host.invalid/system', 'host-unreachable'],
    ['no URI at all', '::::', 'uri-malformed'],
    ['words', 'my favourite host', 'uri-malformed'],
    ['a driver nobody knows', 'quemu:///system', 'host-unreachable'],
  ])('%s', async (_what, uri, code) => {
    await expectError(['list', '--uri', uri], 1, code);
    await expectError(['rescue', '--uri', uri, 'patient', '--medium', disk, '--yes'], 1, code);
  });

  test('permission denied on the socket', async () => {
    const closed = await startHypervisor({ socketPermissions: '0700' });
    try {
      await chown(closed.socket, 65534, 65534);
      const answer = await salvorWithoutOverride(['list', '--uri', closed.uri, '--json']);
      expectNoStack(answer);
      expect(answer, answer.stderr).toMatchObject({ code: 1 });
      expect(errorCode(answer)).toBe('permission-denied');
    } finally {
      await closed.stop();
    }
  });
});

describe('domains', () => {
  test('one that does not exist, by name and by UUID', async () => {
    for (const name of [
      'nobody',
      '00000000-1111-2222-3333-444444444444',
      '../../etc/passwd',
      "'; drop table domains; --",
    ]) {
      await expectError(['plan', '--uri', host.uri, name, '--medium', disk], 1, 'domain-not-found');
      await expectError(['inspect', '--uri', host.uri, name], 1, 'domain-not-found');
      await expectError(['end', '--uri', host.uri, name], 1, 'domain-not-found');
    }
    await expectError(['rescue', '--uri', host.uri, 'nobody', '--medium', disk, '--yes'], 1, 'domain-not-found');
  });

  test('one that is not in rescue cannot end it', async () => {
    const before = await observe(guest);
    await expectError(['end', '--uri', host.uri, guest.name], 1, 'not-in-rescue');
    expect(await observe(guest)).toEqual(before);
  });
});

describe('usage', () => {
  test.each([
    ['no command', []],
    ['a command nobody knows', ['resuce']],
    ['an option nobody knows', ['list', '--uri', 'test:///default', '--colour']],
    ['no domain', ['plan', '--uri', 'test:///default', '--medium', 'path:/x.iso']],
    ['no medium', ['plan', '--uri', 'test:///default', 'test']],
    ['a medium that is no SPEC', ['plan', '--uri', 'test:///default', 'test', '--medium', 'rescue.iso']],
    ['a relative path', ['plan', '--uri', 'test:///default', 'test', '--medium', 'path:rescue.iso']],
    [
      'a profile nobody knows',
      ['plan', '--uri', 'test:///default', 'test', '--medium', 'path:/x.iso', '--profile', 'super'],
    ],
    [
      'a time that is no number',
      ['rescue', '--uri', 'test:///default', 'test', '--medium', 'path:/x.iso', '--stop-timeout', 'soon'],
    ],
    ['a way to stop nobody knows', ['end', '--uri', 'test:///default', 'test', '--stop', 'gently']],
    ['a host and a file', ['inspect', '--uri', 'test:///default', 'test', '--xml', '/x.xml']],
  ])('%s: exit 64', async (_what, args) => {
    const answer = await salvor(args);
    expectNoStack(answer);
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 64 });
    expect(answer.stderr.trim()).not.toBe('');
  });
});

describe('files', () => {
  async function file(name: string, text: string): Promise<string> {
    const path = join(files, name);
    await writeFile(path, text);
    return path;
  }
  const plan = (path: string) => ['plan', '--xml', path, '--medium', 'path:/x.img', '--medium-format', 'raw'];

  test.each([
    ['empty', '', 'xml-malformed'],
    ['no XML', 'once upon a time', 'xml-malformed'],
    ['not closed', "<domain type='kvm'><name>x</name>", 'xml-malformed'],
    ['an attribute without quotes', '<domain type=kvm><name>x</name></domain>', 'xml-malformed'],
    ['binary', '\u0000\u0001\u0002\ufffd', 'xml-malformed'],
    ['a DTD', "<!DOCTYPE domain [<!ENTITY a 'aaaa'>]><domain type='kvm'><name>&a;</name></domain>", 'xml-dtd'],
    [
      'a DTD that reads a file',
      "<!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain type='kvm'><name>x</name></domain>",
      'xml-dtd',
    ],
    ['another document', '<network><name>default</name></network>', 'not-a-domain'],
  ])('%s', async (what, text, code) => {
    const path = await file(`${what.replaceAll(' ', '-')}.xml`, text);
    await expectError(plan(path), 1, code);
    await expectError(['inspect', '--xml', path], 1, code);
  });

  test('50 MB are refused before they are parsed', async () => {
    const disks = '<disk type="file" device="disk"/>'.repeat(1_600_000);
    const path = await file('huge.xml', `<domain type='kvm'><name>x</name><devices>${disks}</devices></domain>`);
    const started = performance.now();
    await expectError(plan(path), 1, 'xml-too-large');
    expect(performance.now() - started, 'two runs, far from a parse').toBeLessThan(15_000);
  });

  test('a million nested elements do not exhaust the stack', async () => {
    const path = await file(
      'deep.xml',
      `<domain type='kvm'>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</domain>`,
    );
    const answer = await salvor([...plan(path), '--json']);
    expectNoStack(answer);
    expect([1, 2]).toContain(answer.code);
    expect(errorCode(answer)).not.toBe('internal');
  });

  test('one that is not there, a folder, and standard input', async () => {
    await expectError(plan(join(files, 'nowhere.xml')), 1, 'file-unreadable');
    await mkdir(join(files, 'folder.xml'));
    await expectError(plan(join(files, 'folder.xml')), 1, 'file-unreadable');
    const piped = await salvor([...plan('-'), '--json'], { input: await definitionOf(guest) });
    expect(piped, piped.stderr).toMatchObject({ code: 0 });
    const broken = await salvor([...plan('-'), '--json'], { input: '<domain' });
    expect(errorCode(broken)).toBe('xml-malformed');
  });

  test.each([
    ['lxc', "<domain type='lxc'><name>x</name><os><type>exe</type></os></domain>", 'virt-type'],
    ['xen', "<domain type='xen'><name>x</name><os><type>hvm</type></os></domain>", 'virt-type'],
    [
      'a kernel in user mode',
      "<domain type='qemu'><name>x</name><os><type arch='x86_64' machine='pc'>linux</type></os></domain>",
      'os-type',
    ],
    [
      'a machine that neither a table nor this host knows',
      "<domain type='qemu'><name>x</name><os><type arch='sparc64' machine='sun4u'>hvm</type></os></domain>",
      'machine',
    ],
  ])('a guest of a kind that is not supported: %s', async (what, text, code) => {
    const path = await file(`kind-${what.replaceAll(' ', '-')}.xml`, text);
    const answer = await salvor([...plan(path), '--json']);
    expect(answer, answer.stderr).toMatchObject({ code: 2 });
    expect(refusalCodes(answer)).toContain(code);
  });
});

test('no password of the guest is printed but in the definition that virsh is to start', async () => {
  const plan = ['plan', '--uri', host.uri, guest.name, '--medium', disk];
  const shown = [
    ...['plan', 'diff', 'virsh', 'boot'].map((out) => [...plan, '--out', out]),
    ['inspect', '--uri', host.uri, guest.name],
    ['inspect', '--uri', host.uri, guest.name, '--json'],
    rescueArguments(host.uri, guest.name, disk),
    ['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json'],
  ];
  for (const args of shown) {
    const answer = await salvor(args);
    expect(answer, answer.stderr).toMatchObject({ code: 0 });
    expect(answer.stdout + answer.stderr, args.join(' ')).not.toContain('s3cret');
  }
  expect((await salvor([...plan, '--out', 'xml'])).stdout, 'without it, the guest would lose it').toContain('s3cret');
  expect(await definitionOf(guest)).toContain("passwd='s3cret'");
});
