import { LibvirtError, LibvirtTimeoutError } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { describe, expect, test } from 'vitest';
import { callError, migrationError, openError } from './error-mapping.ts';

const failure = (code: number, call: string, message: string) =>
  new LibvirtError({ code, domain: vir.VIR_FROM_QEMU, level: vir.VIR_ERR_ERROR, message, call });

const CONTEXT = { uri: 'qemu:///system', subject: 'c0ffee00-1111-4222-8333-444455556666' };
const alive = () => Promise.resolve(true);
const dataOf = async (error: unknown) => (await callError(error, CONTEXT, alive)).data;

describe('a host that does not answer', () => {
  const late = (call: string) =>
    new LibvirtTimeoutError({ code: 0, domain: 0, level: vir.VIR_ERR_ERROR, message: 'late', call }, 30_000, true);

  test('while it is connected to: nothing was touched', () => {
    expect(openError(late('virConnectOpenAuth'), 'qemu:///system').data).toMatchObject({
      code: 'host-unreachable',
      unchanged: 'Nothing was touched.',
      detail: 'no answer within 30 seconds',
    });
  });

  test('later: what it was asked for may still be done', async () => {
    expect(await dataOf(late('virDomainDestroy'))).toMatchObject({ code: 'timeout', params: { seconds: 30 } });
  });
});

describe('of starts, networks and secrets', () => {
  test.each([
    [vir.VIR_ERR_NO_NETWORK, 'virDomainCreateWithFlags', "Network not found: no network with matching name 'lan'"],
    [vir.VIR_ERR_NO_NETWORK, 'virNetworkLookupByName', "Network not found: no network with matching name 'lan'"],
    [vir.VIR_ERR_OPERATION_INVALID, 'virNetworkCreate', 'Requested operation is not valid: network is already active'],
    [vir.VIR_ERR_NO_SECRET, 'virDomainCreateWithFlags', "Secret not found: no secret with matching uuid '5a5a'"],
    [vir.VIR_ERR_INVALID_SECRET, 'virSecretSetValue', 'Invalid secret: x'],
    [vir.VIR_ERR_NO_STORAGE_POOL, 'virDomainCreateWithFlags', "Storage pool not found: no storage pool named 'pa'"],
    [vir.VIR_ERR_CONFIG_UNSUPPORTED, 'virDomainCreateXML', "storage pool 'pa' containing volume 'v' is not active"],
  ])('code %i of %s comes in libvirt’s words', async (code, call, message) => {
    expect(await dataOf(failure(code, call, message))).toMatchObject({
      code: 'libvirt',
      params: { call },
      detail: message,
    });
  });

  test('a pool that is asked for by its name is what is missing', async () => {
    const error = failure(vir.VIR_ERR_NO_STORAGE_POOL, 'virStoragePoolLookupByName', 'no pool');
    expect((await callError(error, { uri: 'u', subject: 'media' }, alive)).data).toMatchObject({
      code: 'pool-not-found',
      params: { pool: 'media' },
    });
  });

  test('XML that cannot be read is not shown: it may hold a password', async () => {
    const said = `(domain_definition):2: AttValue: ' expected\n<graphics passwd="s3cret\n-----------------^`;
    const data = await dataOf(failure(vir.VIR_ERR_XML_DETAIL, 'virDomainDefineXMLFlags', said));
    expect(data).toMatchObject({ code: 'libvirt', detail: "(domain_definition):2: AttValue: ' expected" });
    expect(JSON.stringify(data)).not.toContain('s3cret');
  });
});

describe('of migrations', () => {
  const ended: string[] = [];
  const end = (uri: string, lives: boolean) => ({
    uri,
    isAlive: () => Promise.resolve(lives),
    ended: () => void ended.push(uri),
  });
  const both = [end('qemu://a/system', true), end('qemu://b/system', true)];

  test.each([
    [vir.VIR_ERR_OPERATION_ABORTED, "operation aborted: job 'migration out' canceled by client"],
    [vir.VIR_ERR_MIGRATE_UNSAFE, 'Unsafe migration: Migration without shared storage is unsafe'],
    [vir.VIR_ERR_CONFIG_UNSUPPORTED, "unsupported configuration: Target domain name 'g1x' does not match source 'g1'"],
    [vir.VIR_ERR_OPERATION_UNSUPPORTED, 'Operation not supported: Cannot migrate empty or read-only disk hda'],
    [vir.VIR_ERR_NO_NETWORK, "Network not found: no network with matching name 'iso'"],
    [vir.VIR_ERR_NO_SECRET, "Secret not found: no secret with matching uuid '5a5a'"],
    [vir.VIR_ERR_NO_STORAGE_POOL, "Storage pool not found: no storage pool with matching target path '/disks'"],
    [vir.VIR_ERR_NO_DOMAIN, "Domain not found: no domain with matching uuid 'c0ffee00'"],
    [vir.VIR_ERR_OPERATION_DENIED, 'operation forbidden: read only access prevents virDomainMigrate3'],
    // The source's daemon has lost its connection to the other one; ours stand.
    [vir.VIR_ERR_RPC, 'internal error: client socket is closed'],
  ])('code %i comes in libvirt’s words', async (code, message) => {
    const problem = await migrationError(failure(code, 'virDomainMigrate3', message), both);
    expect(problem.data).toMatchObject({ code: 'libvirt', params: { call: 'virDomainMigrate3' }, detail: message });
    expect(ended).toEqual([]);
  });

  test('the connection that has ended is the one that is named', async () => {
    const error = failure(vir.VIR_ERR_INTERNAL_ERROR, 'virDomainMigrate3', 'internal error: client socket is closed');
    const problem = await migrationError(error, [end('qemu://a/system', true), end('qemu://b/system', false)]);
    expect(problem.data).toMatchObject({ code: 'connection-lost', params: { uri: 'qemu://b/system' } });
    expect(ended).toEqual(['qemu://b/system']);
  });

  test('definitions that cannot be read are not shown', async () => {
    const said = `(domain_definition):9: Opening and ending tag mismatch\n<graphics passwd='s3cret'></domain>\n----^`;
    const problem = await migrationError(failure(vir.VIR_ERR_XML_DETAIL, 'virDomainMigrate3', said), both);
    expect(JSON.stringify(problem.data)).not.toContain('s3cret');
  });

  test('a mistake of ours is none of libvirt’s', async () => {
    await expect(migrationError(new TypeError('"x" is not a parameter of migration'), both)).rejects.toThrow(TypeError);
  });
});
