/**
 * 1000 × (look a domain up + fetch its XML), one after the other: the binding against a C program that does the same, in
 * alternating rounds on the same host. Prints one line of JSON: the medians in milliseconds and their ratio.
 *
 *   node bench/lookup.mjs [URI [NAME]]     without a URI on a private libvirtd, which needs root
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Connection } from '../dist/index.js';
import { startDaemon } from '../test/support/daemon.ts';
import { guestDefinition } from '../test/support/guest.ts';

const COUNT = 1000;
const ROUNDS = 7;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function timeBinding(connection, name) {
  const start = performance.now();
  for (let index = 0; index < COUNT; index++) {
    using domain = await connection.lookupDomainByName(name);
    await domain.xmlDesc();
  }
  return performance.now() - start;
}

function compile(folder) {
  const program = join(folder, 'lookup');
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'libvirt'], { encoding: 'utf8' }).trim().split(/\s+/);
  const source = fileURLToPath(new URL('lookup.c', import.meta.url));
  execFileSync(process.env.CC ?? 'cc', ['-O2', source, ...flags, '-o', program]);
  return program;
}

async function measure(uri, name) {
  const folder = mkdtempSync(join(tmpdir(), 'node-libvirt-bench-'));
  try {
    const program = compile(folder);
    const connection = await Connection.open(uri);
    await timeBinding(connection, name);
    const binding = [];
    const c = [];
    for (let round = 0; round < ROUNDS; round++) {
      c.push(Number(execFileSync(program, [uri, name, String(COUNT)], { encoding: 'utf8' })));
      binding.push(await timeBinding(connection, name));
    }
    await connection.close();
    return { binding: median(binding), c: median(c), ratio: median(binding) / median(c) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function onPrivateDaemon() {
  const daemon = await startDaemon();
  try {
    const connection = await Connection.open(daemon.uri);
    await connection.defineDomainXML(guestDefinition('bench', '/nonexistent/bench.img'));
    await connection.close();
    return await measure(daemon.uri, 'bench');
  } finally {
    await daemon.stop();
  }
}

const [uri, name = 'test'] = process.argv.slice(2);
const { binding, c, ratio } = uri ? await measure(uri, name) : await onPrivateDaemon();
console.log(
  JSON.stringify({
    what: `${COUNT} × (lookup + xmlDesc)`,
    binding: Number(binding.toFixed(1)),
    c: Number(c.toFixed(1)),
    ratio: Number(ratio.toFixed(2)),
  }),
);
