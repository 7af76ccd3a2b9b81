import type { Connection as ConnectionType } from 'node-libvirt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type Daemon } from './support/daemon.ts';
import { Connection, LibvirtTimeoutError, vir } from './support/package.ts';
import { runProgram } from './support/program.ts';

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());

/** Without keepalive, which would end the wait by itself. */
const open = (options = {}): Promise<ConnectionType> =>
  Connection.open(daemon.uri, { keepAlive: null, timeout: 10_000, ...options });

describe('a daemon that hangs', () => {
  afterEach(() => daemon.thaw());

  test('times out its calls, while another connection answers', async () => {
    const stuck = await open({ threads: 2 });
    const other = await Connection.open('test:///default');
    await daemon.freeze();
    const start = performance.now();
    const calls = Promise.allSettled(Array.from({ length: 6 }, () => stuck.listAllDomains(0, { timeout: 500 })));
    let answered = 0;
    while (performance.now() - start < 450) {
      await other.listAllDomains();
      answered++;
    }
    const results = await calls;
    const took = performance.now() - start;
    expect(answered).toBeGreaterThan(20);
    expect(took).toBeGreaterThan(490);
    expect(took).toBeLessThan(1500);
    const started = results.map((result) => {
      if (result.status === 'fulfilled') throw new Error('a frozen daemon has answered');
      const error: unknown = result.reason;
      expect(error).toBeInstanceOf(LibvirtTimeoutError);
      expect(error).toMatchObject({ timeout: 500, codeName: 'VIR_ERR_OPERATION_TIMEOUT' });
      return (error as InstanceType<typeof LibvirtTimeoutError>).started;
    });
    // Two threads are in libvirt; what waited for them is withdrawn.
    expect(started.filter(Boolean)).toHaveLength(2);
    await daemon.thaw();
    expect(await stuck.listAllDomains(0, { timeout: 10_000 })).toEqual([]);
    await stuck.close();
    await other.close();
  });

  test('a call that was withdrawn is never made', async () => {
    const connection = await open({ threads: 1 });
    await daemon.freeze();
    const first = connection.listAllDomains(0, { timeout: 300 });
    const second = connection.defineDomainXML(
      `<domain type='qemu'><name>late</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>`,
      0,
      { timeout: 300 },
    );
    await expect(first).rejects.toMatchObject({ started: true });
    await expect(second).rejects.toMatchObject({ started: false, call: 'virDomainDefineXMLFlags' });
    await daemon.thaw();
    expect(await connection.listAllDomains(0, { timeout: 10_000 })).toEqual([]);
    await connection.close();
  });

  test("the connection's own deadline holds for calls that name none", async () => {
    const connection = await open({ callTimeout: 300 });
    await daemon.freeze();
    await expect(connection.hostname()).rejects.toMatchObject({ timeout: 300, started: true });
    await daemon.thaw();
    await connection.close();
  });

  test('does not hold up close(): calls in libvirt reject at its deadline', async () => {
    const connection = await open();
    await daemon.freeze();
    const call = connection.listAllDomains().catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await connection.close({ timeout: 300 });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await call).toMatchObject({ codeName: 'VIR_ERR_INVALID_CONN' });
  });

  test('does not hold up an opening', async () => {
    await daemon.freeze();
    await expect(Connection.open(daemon.uri, { timeout: 300 })).rejects.toBeInstanceOf(LibvirtTimeoutError);
  });

  test('does not hold up the end of the process', async () => {
    await daemon.freeze();
    const thaw = setTimeout(() => void daemon.thaw(), 20_000);
    const outcomes = await Promise.all([
      runProgram('end-while-stuck', [daemon.uri, 'natural']),
      runProgram('end-while-stuck', [daemon.uri, 'exit']),
    ]);
    clearTimeout(thaw);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ code: 0, signal: null });
      expect(outcome.stdout).toBe('timed out\n');
      expect(outcome.milliseconds).toBeLessThan(10_000);
    }
  });
});

test('keepalive finds out that the host has gone, and says so', async () => {
  const connection = await Connection.open(daemon.uri, { keepAlive: { interval: 1, count: 1 } });
  expect(await connection.setKeepAlive(1, 1)).toBe(true);
  const reasons: number[] = [];
  const removed = connection.onClose(() => reasons.push(-1));
  const closed = new Promise<number>((resolve) => connection.onClose(resolve));
  removed();
  await daemon.freeze();
  const call = connection.listAllDomains().catch((error: unknown) => error);
  expect(await closed).toBe(vir.VIR_CONNECT_CLOSE_REASON_KEEPALIVE);
  expect(await call).toMatchObject({ codeName: expect.stringMatching(/VIR_ERR_(INTERNAL_ERROR|RPC)/) as string });
  expect(await connection.isAlive()).toBe(false);
  expect(reasons).toEqual([]);
  await daemon.thaw();
  await connection.close();
});

test('a daemon that dies ends its connections at once', async () => {
  const victim = await startDaemon();
  try {
    const connection = await Connection.open(victim.uri);
    const closed = new Promise<number>((resolve) => connection.onClose(resolve));
    await victim.kill();
    expect(await closed).toBe(vir.VIR_CONNECT_CLOSE_REASON_EOF);
    expect(await connection.isAlive()).toBe(false);
    await expect(connection.listAllDomains()).rejects.toMatchObject({ name: 'LibvirtError' });
    await connection.close();
  } finally {
    await victim.stop();
  }
});
