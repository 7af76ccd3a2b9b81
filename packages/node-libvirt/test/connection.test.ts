import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenOptions } from 'node-libvirt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Connection, LibvirtError, LibvirtTimeoutError, vir } from './support/package.ts';

let folder: string;
/** A host of the test driver that wants a user name and a password. */
let guarded: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-libvirt-'));
  guarded = join(folder, 'guarded.xml');
  await writeFile(guarded, '<node><auth><user password="s3cret">admin</user></auth></node>');
});
afterAll(() => rm(folder, { recursive: true }));

describe('opening', () => {
  test('gives a connection that knows its host', async () => {
    await using connection = await Connection.open('test:///default');
    expect(await connection.uri()).toBe('test:///default');
    expect(await connection.type()).toBe('TEST');
    expect(await connection.hostname()).toMatch(/./);
    expect(await connection.version()).toBe(2);
    expect(await connection.libVersion()).toBe(await connection.clientVersion());
    expect(await connection.clientVersion()).toBeGreaterThanOrEqual(9_000_000);
    expect(await connection.isAlive()).toBe(true);
    expect(await connection.isSecure()).toBe(true);
    expect(await connection.isEncrypted()).toBe(false);
    expect(await connection.capabilities()).toContain('<capabilities>');
    expect(await connection.nodeInfo()).toEqual({
      model: 'i686',
      memory: 3145728,
      cpus: 16,
      mhz: 1400,
      nodes: 2,
      sockets: 2,
      cores: 2,
      threads: 2,
    });
  });

  test('a driver without keepalive is no error', async () => {
    await using connection = await Connection.open('test:///default', { keepAlive: { interval: 1, count: 3 } });
    expect(await connection.setKeepAlive(5, 5)).toBe(false);
  });

  test('a read-only connection cannot change anything', async () => {
    await using connection = await Connection.open('test:///default', { readOnly: true });
    const domain = await connection.lookupDomainByName('test');
    await expect(domain.destroy()).rejects.toMatchObject({ codeName: 'VIR_ERR_OPERATION_DENIED' });
    expect((await domain.state()).state).toBe(vir.VIR_DOMAIN_RUNNING);
  });

  test.for<[string, string]>([
    ['qemu+unix:///system?socket=/nonexistent/socket', 'VIR_ERR_SYSTEM_ERROR'],
    ['::not a uri::', 'VIR_ERR_INTERNAL_ERROR'],
  ])('%s is refused with %s', async ([uri, codeName]) => {
    const error: unknown = await Connection.open(uri).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LibvirtError);
    expect(error).toMatchObject({
      name: 'LibvirtError',
      codeName,
      level: vir.VIR_ERR_ERROR,
      levelName: 'VIR_ERR_ERROR',
      call: 'virConnectOpenAuth',
    });
    expect((error as InstanceType<typeof LibvirtError>).message).toMatch(/./);
  });
});

describe('credentials', () => {
  const answers = (password: string | null) => (requests: readonly { type: number }[]) =>
    requests.map((request) => (request.type === vir.VIR_CRED_AUTHNAME ? 'admin' : password));

  test('the right answers open the connection', async () => {
    const asked: unknown[] = [];
    await using connection = await Connection.open(`test://${guarded}`, {
      credentials: async (requests) => {
        asked.push(...requests);
        await new Promise((resolve) => setTimeout(resolve, 50));
        return answers('s3cret')(requests);
      },
    });
    expect(await connection.isAlive()).toBe(true);
    expect(asked).toEqual([
      {
        type: vir.VIR_CRED_AUTHNAME,
        prompt: 'Enter username for localhost',
        challenge: 'localhost',
        defaultResult: null,
      },
      {
        type: vir.VIR_CRED_PASSPHRASE,
        prompt: "Enter admin's password for localhost",
        challenge: 'localhost',
        defaultResult: null,
      },
    ]);
  });

  // The test driver says of a missing answer that "an error occurred, but the cause is unknown".
  test.for<[string, string, OpenOptions]>([
    ['a wrong password', 'VIR_ERR_AUTH_FAILED', { credentials: answers('wrong') }],
    ['no password', 'VIR_ERR_INTERNAL_ERROR', { credentials: answers(null) }],
    ['too few answers', 'VIR_ERR_INTERNAL_ERROR', { credentials: () => [] }],
    ['cancelling', 'VIR_ERR_AUTH_FAILED', { credentials: () => null }],
    [
      'throwing',
      'VIR_ERR_AUTH_FAILED',
      {
        credentials: () => {
          throw new Error('cancelled');
        },
      },
    ],
    ['rejecting', 'VIR_ERR_AUTH_FAILED', { credentials: () => Promise.reject(new Error('cancelled')) }],
    ['nobody to ask', 'VIR_ERR_INVALID_ARG', {}],
  ])('%s is refused with %s', async ([, codeName, options]) => {
    await expect(Connection.open(`test://${guarded}`, options)).rejects.toMatchObject({ codeName });
  });

  test('an answer that never comes ends at the deadline', async () => {
    const opening = Connection.open(`test://${guarded}`, {
      timeout: 100,
      credentials: () => new Promise(() => undefined),
    });
    await expect(opening).rejects.toBeInstanceOf(LibvirtTimeoutError);
  });
});

describe('closing', () => {
  test('twice is fine, and every later call rejects', async () => {
    const connection = await Connection.open('test:///default');
    const domain = await connection.lookupDomainByName('test');
    await Promise.all([connection.close(), connection.close()]);
    await connection.close();
    for (const call of [connection.hostname(), domain.xmlDesc(), connection.listAllDomains()]) {
      await expect(call).rejects.toMatchObject({
        codeName: 'VIR_ERR_INVALID_CONN',
        message: 'the connection is closed',
      });
    }
  });

  test('calls that wait for a thread reject, calls in libvirt return', async () => {
    const connection = await Connection.open('test:///default', { threads: 1 });
    const calls = Promise.allSettled(Array.from({ length: 200 }, () => connection.hostname()));
    await connection.close();
    const results = await calls;
    const rejected = results.filter((result) => result.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(0);
    for (const { reason } of rejected) expect(reason).toMatchObject({ codeName: 'VIR_ERR_INVALID_CONN' });
  });
});

describe('calls', () => {
  test('run at once, each with its own result', async () => {
    await using connection = await Connection.open('test:///default');
    const results = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) =>
        index % 2 ? connection.lookupDomainByName('test') : connection.lookupDomainByName(`absent ${String(index)}`),
      ),
    );
    results.forEach((result, index) => {
      expect(result.status).toBe(index % 2 ? 'fulfilled' : 'rejected');
    });
  });

  test('a deadline that is not reached changes nothing', async () => {
    await using connection = await Connection.open('test:///default', { callTimeout: 60_000 });
    expect(await connection.type({ timeout: 50_000 })).toBe('TEST');
    expect(await connection.type({ timeout: 0 })).toBe('TEST');
  });

  test('an object that was disposed of is refused by name', async () => {
    await using connection = await Connection.open('test:///default');
    const domain = await connection.lookupDomainByName('test');
    const pending = domain.xmlDesc();
    domain.dispose();
    domain.dispose();
    expect(await pending).toContain('<domain');
    await expect(domain.xmlDesc()).rejects.toThrow(/a domain that has not been disposed of/);
    {
      using scoped = await connection.lookupDomainByName('test');
      expect(scoped.name).toBe('test');
    }
  });

  test('flags may have bit 31 set, as JavaScript writes it', async () => {
    await using connection = await Connection.open('test:///default');
    const flags = vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS | 0;
    expect(flags).toBeLessThan(0);
    expect(await connection.getAllDomainStats(vir.VIR_DOMAIN_STATS_STATE, flags)).toHaveLength(1);
  });
});
