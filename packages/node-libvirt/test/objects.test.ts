import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection as ConnectionType } from 'node-libvirt';
import { Connection, vir } from './support/package.ts';

const uuid = '11111111-2222-3333-4444-555555555555';
const definition = (name: string) => `
<domain type='test'>
  <name>${name}</name><uuid>${uuid}</uuid><memory>8192</memory><vcpu>1</vcpu>
  <os><type arch='i686'>hvm</type></os>
  <devices><disk type='file' device='disk'><source file='/guest.img'/><target dev='vda' bus='virtio'/></disk></devices>
</domain>`;
const namespace = 'urn:example:test';

let connection: ConnectionType;
beforeAll(async () => {
  connection = await Connection.open('test:///default');
});
afterAll(() => connection.close());

test('a domain from its definition to its end', async () => {
  const domain = await connection.defineDomainXML(definition('guest'), vir.VIR_DOMAIN_DEFINE_VALIDATE);
  expect(domain).toMatchObject({ name: 'guest', uuid, id: -1 });
  expect(await domain.isActive()).toBe(false);
  expect(await domain.isPersistent()).toBe(true);
  expect(await domain.isUpdated()).toBe(false);
  await domain.create();
  expect(await domain.state()).toEqual({ state: vir.VIR_DOMAIN_RUNNING, reason: vir.VIR_DOMAIN_RUNNING_BOOTED });
  expect(await domain.info()).toMatchObject({
    state: vir.VIR_DOMAIN_RUNNING,
    maxMem: 8192,
    memory: 8192,
    nrVirtCpu: 1,
  });
  await domain.suspend();
  expect((await domain.state()).state).toBe(vir.VIR_DOMAIN_PAUSED);
  await domain.resume();
  await domain.reboot();
  const running = await connection.lookupDomainByName('guest');
  expect((await connection.lookupDomainByID(running.id)).uuid).toBe(uuid);
  await domain.setAutostart(true);
  expect(await domain.autostart()).toBe(true);
  await domain.setAutostart(false);
  await domain.shutdown();
  expect(await domain.state()).toEqual({ state: vir.VIR_DOMAIN_SHUTOFF, reason: vir.VIR_DOMAIN_SHUTOFF_SHUTDOWN });
  await domain.undefine();
  await expect(connection.lookupDomainByUUID(uuid)).rejects.toMatchObject({
    codeName: 'VIR_ERR_NO_DOMAIN',
    call: 'virDomainLookupByUUIDString',
  });
});

test('a transient start over a definition leaves the definition as it was', async () => {
  const domain = await connection.defineDomainXML(definition('guest'));
  const before = await domain.xmlDesc(vir.VIR_DOMAIN_XML_INACTIVE);
  const started = await connection.createDomainXML(definition('guest').replace('vda', 'vdb'), 0);
  expect(await started.xmlDesc()).toContain('vdb');
  expect(await domain.xmlDesc(vir.VIR_DOMAIN_XML_INACTIVE)).toBe(before);
  await started.destroy();
  expect(await domain.xmlDesc(vir.VIR_DOMAIN_XML_INACTIVE)).toBe(before);
  await domain.undefine();
});

test('managed save', async () => {
  const domain = await connection.defineDomainXML(definition('guest'));
  await domain.create();
  expect(await domain.hasManagedSaveImage()).toBe(false);
  await domain.managedSave();
  expect(await domain.hasManagedSaveImage()).toBe(true);
  await expect(domain.undefine()).rejects.toMatchObject({ codeName: 'VIR_ERR_OPERATION_INVALID' });
  await domain.managedSaveRemove();
  expect(await domain.hasManagedSaveImage()).toBe(false);
  await domain.undefine();
});

test('metadata is set, read and removed', async () => {
  const domain = await connection.lookupDomainByName('test');
  const element = vir.VIR_DOMAIN_METADATA_ELEMENT;
  await expect(domain.metadata(element, namespace)).rejects.toMatchObject({
    codeName: 'VIR_ERR_NO_DOMAIN_METADATA',
  });
  await domain.setMetadata(element, '<mark since="now"/>', 'ex', namespace, vir.VIR_DOMAIN_AFFECT_LIVE);
  expect(await domain.metadata(element, namespace, vir.VIR_DOMAIN_AFFECT_LIVE)).toContain('<mark since="now"/>');
  await domain.setMetadata(element, null, 'ex', namespace, vir.VIR_DOMAIN_AFFECT_LIVE);
  await expect(domain.metadata(element, namespace)).rejects.toMatchObject({
    codeName: 'VIR_ERR_NO_DOMAIN_METADATA',
  });
  await domain.setMetadata(vir.VIR_DOMAIN_METADATA_TITLE, 'Größe ✓', null, null);
  expect(await domain.metadata(vir.VIR_DOMAIN_METADATA_TITLE, null)).toBe('Größe ✓');
});

test('statistics come typed, for all domains or for some', async () => {
  const [all] = await connection.getAllDomainStats();
  expect(all?.domain.name).toBe('test');
  expect(all?.stats['state.state']).toBe(vir.VIR_DOMAIN_RUNNING);
  const domain = await connection.lookupDomainByName('test');
  const [one] = await connection.getAllDomainStats(vir.VIR_DOMAIN_STATS_STATE, 0, { domains: [domain] });
  expect(one?.stats).toMatchObject({ 'state.state': vir.VIR_DOMAIN_RUNNING });
  expect(await connection.getAllDomainStats(0, 0, { domains: [] })).toEqual([]);
});

test('snapshots', async () => {
  const domain = await connection.lookupDomainByName('test');
  const snapshot = await domain.createSnapshot('<domainsnapshot><name>first</name></domainsnapshot>');
  expect((await domain.listAllSnapshots()).map(({ name }) => name)).toEqual(['first']);
  expect(await snapshot.isCurrent()).toBe(true);
  expect(await (await domain.lookupSnapshotByName('first')).xmlDesc()).toContain('<domainsnapshot>');
  await snapshot.revert();
  await snapshot.delete();
  expect(await domain.listAllSnapshots()).toEqual([]);
  snapshot.dispose();
  expect(await domain.listAllCheckpoints()).toEqual([]);
});

test('the guest agent, as the test driver plays it', async () => {
  const domain = await connection.lookupDomainByName('test');
  const [root] = await domain.fsInfo();
  expect(root).toMatchObject({ mountpoint: '/', fstype: 'ext4' });
  expect(root?.devAlias).toEqual(['vda']);
});

test('pools and volumes', async () => {
  const pool = await connection.defineStoragePoolXML(
    `<pool type='dir'><name>extra</name><target><path>/extra</path></target></pool>`,
  );
  await pool.build();
  await pool.create();
  expect(await pool.isActive()).toBe(true);
  expect(await pool.isPersistent()).toBe(true);
  await pool.setAutostart(true);
  expect(await pool.autostart()).toBe(true);
  await pool.refresh();
  expect(await pool.info()).toMatchObject({ state: vir.VIR_STORAGE_POOL_RUNNING, allocation: 0 });
  const volumeXml = (name: string) => `<volume><name>${name}</name><capacity>1048576</capacity></volume>`;
  const volume = await pool.createVolume(volumeXml('a.img'));
  const copy = await pool.createVolumeFrom(volumeXml('b.img'), volume);
  expect((await pool.listAllVolumes()).map(({ name }) => name).sort()).toEqual(['a.img', 'b.img']);
  expect(await volume.path()).toBe('/extra/a.img');
  expect(volume.key).toBe('/extra/a.img');
  expect(await volume.info()).toEqual({ type: vir.VIR_STORAGE_VOL_FILE, capacity: 1048576, allocation: 1048576 });
  expect(await volume.xmlDesc()).toContain('<volume');
  expect((await connection.lookupVolumeByPath('/extra/b.img')).name).toBe('b.img');
  expect((await connection.lookupVolumeByKey('/extra/b.img')).name).toBe('b.img');
  expect((await pool.lookupVolumeByName('a.img')).key).toBe(volume.key);
  expect((await volume.pool()).name).toBe('extra');
  await copy.delete();
  await volume.delete();
  expect(await pool.listAllVolumes()).toEqual([]);
  expect((await connection.lookupStoragePoolByUUID(pool.uuid)).name).toBe('extra');
  expect(await pool.xmlDesc()).toContain('<name>extra</name>');
  await pool.destroy();
  await pool.undefine();
  await expect(connection.lookupStoragePoolByName('extra')).rejects.toMatchObject({
    codeName: 'VIR_ERR_NO_STORAGE_POOL',
  });
});

test('networks and node devices', async () => {
  const [standard] = await connection.listAllNetworks();
  expect(standard?.name).toBe('default');
  expect(await standard?.isActive()).toBe(true);
  const network = await connection.defineNetworkXML('<network><name>extra</name></network>');
  expect(await network.isActive()).toBe(false);
  await network.create();
  expect(await network.isActive()).toBe(true);
  expect(await network.isPersistent()).toBe(true);
  expect(await network.xmlDesc()).toContain('<name>extra</name>');
  expect((await connection.lookupNetworkByUUID(network.uuid)).name).toBe('extra');
  expect((await connection.lookupNetworkByName('extra')).uuid).toBe(network.uuid);
  await network.destroy();
  await network.undefine();
  expect(await connection.listAllNetworks()).toHaveLength(1);
  const devices = await connection.listAllNodeDevices();
  expect(devices.map(({ name }) => name)).toContain('computer');
  expect(await (await connection.lookupNodeDeviceByName('computer')).xmlDesc()).toContain('<name>computer</name>');
});

test("what the driver does not know rejects with libvirt's own error", async () => {
  for (const call of [connection.listAllSecrets(), connection.domainCapabilities()]) {
    await expect(call).rejects.toMatchObject({ codeName: 'VIR_ERR_NO_SUPPORT' });
  }
});
