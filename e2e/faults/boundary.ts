/**
 * Loaded into the command line before everything else (node --import), by these tests alone: makes the process end itself, or stand still,
 * at one exact record of its journal. A record is on disk when its file has been synced, so each sync below the journal's folder is counted.
 */
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { Fault, Passed } from './fault.ts';

const fault = JSON.parse(process.env['SALVOR_FAULT'] ?? 'null') as Fault | null;
let passed = 0;

if (fault !== null) {
  await patch(fault);
  // What the process starts is left alone.
  delete process.env['SALVOR_FAULT'];
  delete process.env['NODE_OPTIONS'];
}

async function patch(order: Fault): Promise<void> {
  const { fsyncSync, fdatasyncSync, fsync, fdatasync } = fs;
  const sync =
    (real: (fd: number) => void) =>
    (fd: number): void => {
      const act = arrive(order, fd);
      real(fd);
      act?.();
    };
  const called =
    (real: typeof fsync) =>
    (fd: number, done: fs.NoParamCallback): void => {
      const act = arrive(order, fd);
      real(fd, (problem) => {
        act?.();
        done(problem);
      });
    };
  Object.assign(fs, {
    fsyncSync: sync(fsyncSync),
    fdatasyncSync: sync(fdatasyncSync),
    fsync: called(fsync),
    fdatasync: called(fdatasync),
  });
  syncBuiltinESMExports();
  const probe = await open('/dev/null');
  const handles = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  for (const name of ['sync', 'datasync'] as const) {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own handle below
    const real = handles[name];
    handles[name] = async function (this: FileHandle) {
      const act = arrive(order, this.fd);
      await real.call(this);
      act?.();
    };
  }
}

/** A sync begins. Gives what is to happen after it. */
function arrive(order: Fault, fd: number): (() => void) | null {
  const file = fs.readlinkSync(`/proc/self/fd/${String(fd)}`);
  if (file !== order.folder && !file.startsWith(`${order.folder}/`)) return null;
  passed += 1;
  if (order.log !== null) note(order.log, file);
  if (order.at !== passed) return null;
  if (order.when === 'after') return () => act(order);
  // As a process that was killed before its write, or in the middle of it, leaves the file.
  if (order.then === 'kill') cutLastRecord(file, order.when);
  act(order);
  return null;
}

function note(log: string, file: string): void {
  const line: Passed = { number: passed, record: recordIn(file), at: performance.now() };
  fs.appendFileSync(log, `${JSON.stringify(line)}\n`);
}

/** What the last line of a journal's file says, in words; of other files their kind. */
function recordIn(file: string): string {
  if (!file.endsWith('.jsonl')) return fs.statSync(file).isDirectory() ? 'folder' : file.replace(/^.*\./, '');
  const last = fs.readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  const { type, kind, id, state, outcome, how } = JSON.parse(last) as Readonly<Record<string, string | undefined>>;
  return [type, ...(type === 'began' ? [kind] : [type === 'step' ? id : undefined, state, outcome, how])]
    .filter((word) => word !== undefined)
    .join(' ');
}

function cutLastRecord(file: string, when: 'before' | 'torn'): void {
  if (fs.statSync(file).isDirectory()) return;
  const bytes = fs.readFileSync(file);
  const start = file.endsWith('.jsonl') ? bytes.lastIndexOf('\n', bytes.length - 2) + 1 : 0;
  fs.truncateSync(file, when === 'before' ? start : Math.floor((start + bytes.length) / 2));
}

function act(order: Fault): void {
  if (order.then === 'kill' && order.afterMs === 0) end();
  if (order.then === 'kill') setTimeout(end, order.afterMs).unref();
  if (order.then !== 'kill') fs.writeFileSync(order.held, '');
  if (order.then === 'hold') standStill(order.go);
}

function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Until the test lets it go. Its connection's own threads go on. */
function standStill(go: string): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (!fs.existsSync(go)) Atomics.wait(clock, 0, 0, 10);
}
