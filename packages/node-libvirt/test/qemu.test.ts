import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection as ConnectionType, Domain } from 'node-libvirt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type Daemon } from './support/daemon.ts';
import { echoBootSector, guestDefinition } from './support/guest.ts';
import { Connection, vir } from './support/package.ts';
import { until } from './support/until.ts';

let daemon: Daemon;
let connection: ConnectionType;
beforeAll(async () => {
  daemon = await startDaemon();
  connection = await Connection.open(daemon.uri);
});
afterAll(async () => {
  await connection.close();
  await daemon.stop();
});

async function guestImage(name: string): Promise<string> {
  const path = join(daemon.folder, name);
  const image = Buffer.alloc(8 * 1024 * 1024);
  echoBootSector().copy(image);
  await writeFile(path, image);
  return path;
}

test('the host says what it is and what it can do', async () => {
  expect(await connection.type()).toBe('QEMU');
  expect(await connection.version()).toBeGreaterThan(1_000_000);
  expect(await connection.libVersion()).toBeGreaterThanOrEqual(9_000_000);
  expect(await connection.isSecure()).toBe(true);
  expect(await connection.setKeepAlive(5, 5)).toBe(true);
  expect((await connection.nodeInfo()).cpus).toBeGreaterThan(0);
  const capabilities = await connection.domainCapabilities({ arch: 'x86_64', machine: 'q35', virttype: 'qemu' });
  expect(capabilities).toContain('<value>virtio</value>');
  expect(await connection.freeMemory()).toBeGreaterThan(2 ** 20);
  const argv = await connection.domainXMLToNative('qemu-argv', guestDefinition('argv', '/nonexistent.img'));
  expect(argv).toContain('-boot strict=on');
});

test('the host compares CPUs with its own, and says what lacks', async () => {
  const cpu = /<cpu>[^]*?<\/cpu>/.exec(await connection.capabilities())?.[0] ?? '';
  expect(await connection.compareCPU(cpu)).toBe(vir.VIR_CPU_COMPARE_IDENTICAL);
  // Features of two makers: no host has both.
  const impossible = `<cpu match='exact'><model>Opteron_G5</model><feature policy='require' name='vmx'/><feature policy='require' name='svm'/></cpu>`;
  const query = { arch: 'x86_64', machine: 'pc', virttype: 'qemu' };
  expect(await connection.compareHypervisorCPU(query, impossible)).toBe(vir.VIR_CPU_COMPARE_INCOMPATIBLE);
  await expect(
    connection.compareHypervisorCPU(query, impossible, vir.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE),
  ).rejects.toMatchObject({
    codeName: 'VIR_ERR_CPU_INCOMPATIBLE',
    message: expect.stringContaining('features') as string,
  });
  await expect(connection.compareHypervisorCPU(query, '<cpu')).rejects.toMatchObject({ name: 'LibvirtError' });
});

test('a device of the host: where there is none, and one that is always there', async () => {
  await expect(connection.lookupNodeDeviceByName('absent')).rejects.toMatchObject({
    codeName: 'VIR_ERR_NO_NODE_DEVICE',
  });
  const computer = await connection.lookupNodeDeviceByName('computer');
  expect(await computer.isActive()).toBe(true);
  // Only mediated devices are started so.
  await expect(computer.create()).rejects.toMatchObject({ name: 'LibvirtError' });
});

test('secrets: value set, asked after, and read', async () => {
  const uuid = '0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f';
  const events: string[] = [];
  await connection.onSecretEvent('lifecycle', ({ secret, event }) => events.push(`${secret.uuid} ${String(event)}`));
  await connection.onSecretEvent('valueChanged', ({ secret }) => events.push(`${secret.uuid} value`));
  const secret = await connection.defineSecretXML(
    `<secret ephemeral='no' private='no'><uuid>${uuid}</uuid><usage type='volume'><volume>/a.img</volume></usage></secret>`,
  );
  expect(secret).toMatchObject({ uuid, usageType: vir.VIR_SECRET_USAGE_TYPE_VOLUME, usageID: '/a.img' });
  expect(await secret.hasValue()).toBe(false);
  await expect(secret.value()).rejects.toMatchObject({ codeName: 'VIR_ERR_NO_SECRET' });
  await secret.setValue(Buffer.from('open sesame'));
  expect(await secret.hasValue()).toBe(true);
  expect((await secret.value()).toString()).toBe('open sesame');
  expect((await connection.listAllSecrets()).map((item) => item.uuid)).toEqual([uuid]);
  expect((await connection.lookupSecretByUUID(uuid)).usageID).toBe('/a.img');
  expect((await connection.lookupSecretByUsage(vir.VIR_SECRET_USAGE_TYPE_VOLUME, '/a.img')).uuid).toBe(uuid);
  expect(await secret.xmlDesc()).toContain(uuid);
  await secret.undefine();
  await until('three events', () => events.length === 3);
  expect(events).toEqual([
    `${uuid} ${String(vir.VIR_SECRET_EVENT_DEFINED)}`,
    `${uuid} value`,
    `${uuid} ${String(vir.VIR_SECRET_EVENT_UNDEFINED)}`,
  ]);
});

test("a private secret's value can be neither asked after nor read", async () => {
  const secret = await connection.defineSecretXML(`<secret ephemeral='yes' private='yes'/>`);
  await secret.setValue(Buffer.from('x'));
  await expect(secret.hasValue()).rejects.toMatchObject({ codeName: 'VIR_ERR_INVALID_SECRET' });
  await expect(secret.value()).rejects.toMatchObject({ codeName: 'VIR_ERR_INVALID_SECRET' });
  await secret.undefine();
});

test('what does not exist has its own error code', async () => {
  const refused: [Promise<unknown>, string][] = [
    [connection.lookupDomainByName('absent'), 'VIR_ERR_NO_DOMAIN'],
    [connection.lookupStoragePoolByName('absent'), 'VIR_ERR_NO_STORAGE_POOL'],
    [connection.lookupNetworkByName('absent'), 'VIR_ERR_NO_NETWORK'],
    [connection.lookupSecretByUUID('0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f'), 'VIR_ERR_NO_SECRET'],
    [connection.defineDomainXML('<domain'), 'VIR_ERR_XML_DETAIL'],
  ];
  await Promise.all(refused.map(([call, codeName]) => expect(call).rejects.toMatchObject({ codeName })));
});

describe('a running guest', () => {
  let domain: Domain;
  const events: string[] = [];

  beforeAll(async () => {
    for (const name of ['deviceAdded', 'deviceRemoved', 'trayChange', 'diskChange'] as const) {
      await connection.onDomainEvent(name, (event) => events.push(`${name} ${event.devAlias}`));
    }
    await connection.onDomainEvent('blockJob', ({ disk, status }) => events.push(`blockJob ${disk} ${String(status)}`));
    await connection.onDomainEvent('reboot', ({ domain: { name } }) => events.push(`reboot ${name}`));
    await connection.onDomainEvent('jobCompleted', ({ params }) => {
      events.push(`jobCompleted ${String(params['operation'])}`);
    });
    domain = await connection.defineDomainXML(guestDefinition('guest', await guestImage('guest.img')));
    await domain.create(vir.VIR_DOMAIN_START_PAUSED);
  });
  afterAll(async () => {
    if (await domain.isActive()) await domain.destroy();
    await domain.undefine(vir.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | vir.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA);
  });

  test('talks on its console, in both directions', async () => {
    const console = await domain.openConsole(null, vir.VIR_DOMAIN_CONSOLE_FORCE);
    let said = '';
    console.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
    // Started only now, so that the console hears it from the first byte.
    await domain.resume();
    await until('the boot sector has started', () => said.includes('READY'));
    await domain.reset();
    await until('it has started again', () => said.split('READY').length === 3);
    console.write('echo this\r');
    await until('it came back', () => said.includes('echo this\r'));
    console.destroy();
    await once(console, 'close');
    // Free again.
    const second = await domain.openConsole('serial0');
    await expect(domain.openConsole('serial0')).rejects.toMatchObject({ codeName: 'VIR_ERR_OPERATION_FAILED' });
    second.destroy();
    await expect(domain.openConsole('nonsense')).rejects.toMatchObject({ name: 'LibvirtError' });
  });

  test('waiting consoles take no thread: one thread serves ten calls beside them', async () => {
    await using single = await Connection.open(daemon.uri, { threads: 1 });
    const same = await single.lookupDomainByName('guest');
    const console = await same.openConsole();
    console.on('data', () => undefined);
    await Promise.all(Array.from({ length: 10 }, () => same.state({ timeout: 5000 })));
    console.destroy();
    await once(console, 'close');
  });

  test('shows its screen', async () => {
    const { mimeType, data } = await domain.screenshot();
    expect(mimeType).toMatch(/^image\//);
    expect(data.length).toBeGreaterThan(1000);
    await expect(domain.screenshot(99)).rejects.toMatchObject({ name: 'LibvirtError' });
  });

  test('gives its graphics as a socket', async () => {
    const socket = await domain.openGraphicsSocket(0, vir.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH);
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    expect(greeting.toString('latin1')).toMatch(/^RFB 003\.\d{3}\n$/);
    socket.destroy();
    await expect(domain.openGraphicsFD(7)).rejects.toMatchObject({ name: 'LibvirtError' });
  });

  test('takes keys', async () => {
    await domain.sendKey(vir.VIR_KEYCODE_SET_LINUX, 50, [29, 56, 111]);
  });

  test('its disks, devices and media', async () => {
    expect(await domain.blockInfo('vda')).toMatchObject({ capacity: 8 * 1024 * 1024 });
    expect(await domain.diskErrors()).toEqual([]);
    expect(await domain.blockJobInfo('vda')).toBeNull();
    const extra = await guestImage('extra.img');
    const device = `<disk type='file' device='disk'><source file='${extra}'/><target dev='sdb' bus='scsi'/></disk>`;
    await domain.attachDevice(device, vir.VIR_DOMAIN_AFFECT_LIVE);
    expect(await domain.xmlDesc()).toContain(extra);
    await domain.detachDevice(device, vir.VIR_DOMAIN_AFFECT_LIVE);
    await until('the disk has been removed', async () => !(await domain.xmlDesc()).includes(extra));
    const medium = `<disk type='file' device='cdrom'><source file='${extra}'/><target dev='sda' bus='sata'/><readonly/></disk>`;
    await domain.updateDevice(medium, vir.VIR_DOMAIN_AFFECT_LIVE);
    await until('events of the disk and of the tray', () =>
      ['deviceAdded', 'deviceRemoved', 'trayChange', 'diskChange'].every((name) =>
        events.some((event) => event.startsWith(name)),
      ),
    );
  });

  test('how its monitor fares, and how fast it dirties memory', async () => {
    expect(await domain.controlInfo()).toMatchObject({ state: vir.VIR_DOMAIN_CONTROL_OK });
    await domain.startDirtyRateCalc(1);
    const stats = async () =>
      (await connection.getAllDomainStats(vir.VIR_DOMAIN_STATS_DIRTYRATE, 0, { domains: [domain] }))[0]?.stats ?? {};
    await until('it is measured', async () => {
      return (await stats())['dirtyrate.calc_status'] === vir.VIR_DOMAIN_DIRTYRATE_MEASURED;
    });
    expect(Number((await stats())['dirtyrate.megabytes_per_second'])).toBeGreaterThanOrEqual(0);
    await expect(domain.startDirtyRateCalc(0)).rejects.toMatchObject({ name: 'LibvirtError' });
  });

  test('its statistics', async () => {
    const [record] = await connection.getAllDomainStats(
      vir.VIR_DOMAIN_STATS_STATE | vir.VIR_DOMAIN_STATS_BLOCK | vir.VIR_DOMAIN_STATS_CPU_TOTAL,
      vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING,
    );
    expect(record?.domain.name).toBe('guest');
    expect(record?.stats).toMatchObject({
      'state.state': vir.VIR_DOMAIN_RUNNING,
      'block.count': 2,
      'block.0.name': 'vda',
      'block.0.capacity': 8 * 1024 * 1024,
    });
    expect(Number(record?.stats['cpu.time'])).toBeGreaterThan(0);
  });

  test('jobs', async () => {
    expect((await domain.jobInfo()).type).toBe(vir.VIR_DOMAIN_JOB_NONE);
    expect((await domain.jobStats()).type).toBe(vir.VIR_DOMAIN_JOB_NONE);
    await expect(domain.abortJob()).rejects.toMatchObject({ codeName: 'VIR_ERR_OPERATION_INVALID' });
    await domain.migrateSetMaxDowntime(250);
    await domain.managedSave();
    expect(await domain.hasManagedSaveImage()).toBe(true);
    expect(await domain.managedSaveXMLDesc()).toContain('<name>guest</name>');
    const done = await domain.jobStats(vir.VIR_DOMAIN_JOB_STATS_COMPLETED).catch((error: unknown) => error);
    expect(done).toBeDefined();
    await domain.create();
    expect(await domain.state()).toEqual({ state: vir.VIR_DOMAIN_RUNNING, reason: vir.VIR_DOMAIN_RUNNING_RESTORED });
    await until('a job has been completed', () => events.some((event) => event.startsWith('jobCompleted')));
  });

  test('the agent, where there is none', async () => {
    await expect(domain.fsInfo()).rejects.toMatchObject({ codeName: 'VIR_ERR_ARGUMENT_UNSUPPORTED' });
    await expect(domain.guestInfo()).rejects.toMatchObject({ codeName: 'VIR_ERR_ARGUMENT_UNSUPPORTED' });
  });

  test('snapshots and checkpoints have their own errors', async () => {
    expect(await domain.listAllCheckpoints()).toEqual([]);
    await expect(domain.lookupSnapshotByName('absent')).rejects.toMatchObject({
      codeName: 'VIR_ERR_NO_DOMAIN_SNAPSHOT',
    });
    await expect(domain.createCheckpoint('<domaincheckpoint/>')).rejects.toMatchObject({ name: 'LibvirtError' });
    await expect(domain.createSnapshot('<broken')).rejects.toMatchObject({ codeName: 'VIR_ERR_XML_DETAIL' });
  });
});

test('a guest moves to another daemon and back, by this client and by the host', async () => {
  const second = await startDaemon(49300);
  try {
    await using destination = await Connection.open(second.uri);
    const image = await guestImage('moving.img');
    const source = await connection.createDomainXML(guestDefinition('moving', image));
    const iterations: number[] = [];
    await connection.onDomainEvent('migrationIteration', ({ iteration }) => iterations.push(iteration));
    const flags = vir.VIR_MIGRATE_LIVE | vir.VIR_MIGRATE_UNSAFE;
    const moved = await source.migrate3(destination, { migrate_uri: 'tcp://127.0.0.1', bandwidth: 1000 }, flags);
    expect(moved.connection).toBe(destination);
    expect(await moved.isActive()).toBe(true);
    await expect(connection.lookupDomainByName('moving')).rejects.toMatchObject({ codeName: 'VIR_ERR_NO_DOMAIN' });
    await moved.migrateToURI3(daemon.uri, { migrate_uri: 'tcp://127.0.0.1' }, flags | vir.VIR_MIGRATE_PEER2PEER);
    const back = await connection.lookupDomainByName('moving');
    expect(await back.isActive()).toBe(true);
    await back.destroy();
    await expect(back.migrate3(destination, { nonsense: 1 } as object)).rejects.toThrow(
      '"nonsense" is not a parameter of migration',
    );
    await expect(back.migrate3(destination, { bandwidth: -1 })).rejects.toThrow(RangeError);
  } finally {
    await second.stop();
  }
});
