/** The adapter on libvirt's built-in test driver: needs the client library and nothing else. Real QEMU: e2e/host. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLibvirt } from './libvirt-hypervisor.ts';
import type { DomainEvent, Hypervisor } from './port.ts';

const UUID = 'c0ffee00-1111-4222-8333-444455556666';
const XML = `<domain type='test'><name>patient</name><uuid>${UUID}</uuid><memory>262144</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'><source file='/images/root.img'/><target dev='vda' bus='virtio'/></disk>
<graphics type='vnc' passwd='s3cret'/></devices></domain>`;
const HOST = `<node><domain>${XML.slice("<domain type='test'>".length).replace('</domain>', '')}</domain>
<pool type='dir'><name>media</name><target><path>/media</path></target>
<volume type='file'><name>rescue.iso</name><capacity>1048576</capacity><target><path>/media/rescue.iso</path></target></volume></pool></node>`;

let folder: string;
let host: Hypervisor;
const connect = (readOnly = false) =>
  openLibvirt(`test://${join(folder, 'host.xml')}`, { readOnly, onLost: () => undefined });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salvor-adapter-'));
  await writeFile(join(folder, 'host.xml'), HOST.replace('<domain>', "<domain type='test'>"));
  host = await connect();
});
afterEach(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => (error as { data?: { code: string } }).data?.code ?? error,
  );

describe('domains', () => {
  test('are listed in bulk and found by name and UUID', async () => {
    expect(await host.listDomains()).toMatchObject([
      { uuid: UUID, name: 'patient', state: 'running', persistent: true, autostart: false },
    ]);
    expect(await host.findDomain('patient')).toEqual({ uuid: UUID, name: 'patient' });
    expect(await host.findDomain(UUID.toUpperCase())).toEqual({ uuid: UUID, name: 'patient' });
    expect(await codeOf(host.findDomain('nobody'))).toBe('domain-not-found');
    expect(await codeOf(host.domainState('00000000-0000-4000-8000-000000000000'))).toBe('domain-not-found');
  });

  test('the definition holds the passwords, what runs does not show them', async () => {
    expect(await host.domainXml(UUID, 'definition')).toContain('s3cret');
    expect(await host.domainXml(UUID, 'live')).not.toContain('s3cret');
  });

  test('stop, start from other XML, and the definition stays byte for byte; events tell of it', async () => {
    const events: DomainEvent[] = [];
    const stop = await host.watchDomains('all', (event) => events.push(event));
    // A second listener on the same connection: libvirt itself would refuse it.
    const stopSecond = await host.watchDomains('lifecycle', () => undefined);
    const before = await host.domainXml(UUID, 'definition');
    await host.destroyDomain(UUID);
    expect(await host.domainState(UUID)).toBe('shutoff');
    expect(await host.liveMetadata(UUID, 'urn:salvor:rescue:1')).toBeNull();
    const mark = "<metadata><salvor:rescue xmlns:salvor='urn:salvor:rescue:1' id='x'/></metadata>";
    await host.createDomain(before.replace('<memory', `${mark}<memory`));
    expect(await host.domainState(UUID)).toBe('running');
    expect(await host.liveMetadata(UUID, 'urn:salvor:rescue:1')).toContain('id="x"');
    expect(await host.domainXml(UUID, 'definition')).toBe(before);
    await expect.poll(() => events.length).toBeGreaterThanOrEqual(2);
    expect(events[0]).toEqual({ uuid: UUID, name: 'patient' });
    stop();
    stopSecond();
    expect(await codeOf(host.createDomain(before))).toBe('libvirt');
  });

  test('a definition can be given and taken away while the domain runs; its metadata are read from it', async () => {
    const SESSION = 'urn:salvor:rescue:1';
    const before = await host.domainXml(UUID, 'definition');
    await host.undefineDomain(UUID);
    expect(await host.domainStatus(UUID)).toMatchObject({ state: 'running', persistent: false });
    expect(await host.definitionMetadata(UUID, SESSION)).toBeNull();
    const mark = `<metadata><salvor:rescue xmlns:salvor='${SESSION}' id='x'><salvor:original>AAAA</salvor:original></salvor:rescue></metadata>`;
    await host.defineDomain(before.replace('<memory', `${mark}<memory`));
    expect(await host.domainStatus(UUID)).toMatchObject({ state: 'running', persistent: true });
    expect(await host.definitionMetadata(UUID, SESSION)).toContain('id="x"');
    expect(await host.liveMetadata(UUID, SESSION), 'what runs is another thing').toBeNull();
    expect(await host.domainXml(UUID, 'definition')).toContain('<salvor:original>AAAA</salvor:original>');
    await host.defineDomain(before);
    expect(await host.domainXml(UUID, 'definition')).toBe(before);
  });

  test('obstacles: none of them where the driver has them not', async () => {
    expect(await host.domainObstacles(UUID)).toEqual({ managedSave: false, snapshots: 0, checkpoints: 0, job: null });
    expect(await host.blockJobs(UUID, ['vda', 'nonsense'])).toEqual([]);
    expect(await host.blockSizes(UUID, 'nonsense')).toBeNull();
    expect(await host.imageSizes(UUID)).toEqual(new Map());
    expect(await host.diskStats(UUID)).toEqual([]);
  });
});

describe('the host', () => {
  test('says who it is, and null for what it does not know', async () => {
    expect(await host.identity()).toMatchObject({ driver: 'TEST' });
    expect(await host.domainCapabilities({ emulator: null, arch: null, machine: null, virtType: null })).toBeNull();
    expect(await host.secrets()).toBeNull();
  });

  test.each([
    ['nonsense', 'uri-malformed'],
    ['test:///no/such/file.xml', 'host-unreachable'],
    ['qemu+unix:///system?socket=/no/such/socket', 'host-unreachable'],
    ['qemu+tcp://127.0.0.1:1/system', 'host-unreachable'],
  ])('%s: %s', async (uri, code) => {
    expect(await codeOf(openLibvirt(uri, { readOnly: false, onLost: () => undefined }))).toBe(code);
  });

  test('a closed connection answers connection-lost', async () => {
    await host.close();
    expect(await codeOf(host.listDomains())).toBe('connection-lost');
  });
});

describe('storage', () => {
  test('pools and volumes', async () => {
    expect(await host.listPools()).toMatchObject([{ name: 'media', active: true }]);
    expect(await host.listVolumeNames('media')).toEqual(['rescue.iso']);
    expect(await host.examineVolume({ path: '/media/rescue.iso' }, 512)).toMatchObject({
      name: 'rescue.iso',
      head: null,
    });
    expect(await host.examineVolume({ pool: 'media', name: 'rescue.iso' }, 0)).toMatchObject({ name: 'rescue.iso' });
    expect(await host.examineVolume({ pool: 'media', name: 'none' }, 0)).toBeNull();
    expect(await host.examineVolume({ path: '/none' }, 0)).toBeNull();
    expect(await codeOf(host.examineVolume({ pool: 'none', name: 'none' }, 0))).toBe('pool-not-found');
    expect(await codeOf(host.listVolumes('none'))).toBe('pool-not-found');
  });

  test('a transient pool comes and goes', async () => {
    const xml = "<pool type='dir'><name>scratch</name><target><path>/elsewhere</path></target></pool>";
    expect(await host.createPool(xml)).toBe('created');
    expect((await host.listPools()).map(({ name, persistent }) => [name, persistent])).toContainEqual([
      'scratch',
      false,
    ]);
    await host.stopPool('scratch');
    expect((await host.listPools()).map(({ name }) => name)).toEqual(['media']);
  });
});
