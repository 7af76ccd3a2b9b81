import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockDomain, lockHolder } from './domain-lock.ts';

/** With the moment in which it was taken. */
const since = (what: string): unknown =>
  expect.stringMatching(new RegExp(`^${what} at \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$`));

const domain = () => ({ uuid: randomUUID(), name: 'patient' });

test.runIf(process.platform === 'linux')('one holder at a time; the second is told who the first is', async () => {
  const patient = domain();
  const letGo = await lockDomain('host', patient, 'a rescue started by alice');
  await expect(lockDomain('host', patient, 'mine')).rejects.toMatchObject({
    data: { code: 'busy', params: { what: since('a rescue started by alice') } },
  });
  expect(await lockHolder('host', patient)).toEqual(since('a rescue started by alice'));
  letGo();
  expect(await lockHolder('host', patient)).toBeNull();
  (await lockDomain('host', patient, 'mine'))();
});

test('another domain, or the same UUID on another host, is another lock', async () => {
  const patient = domain();
  const locks = await Promise.all([
    lockDomain('host', patient, 'a'),
    lockDomain('host', domain(), 'b'),
    lockDomain('other', patient, 'c'),
  ]);
  expect(locks).toHaveLength(3);
  for (const letGo of locks) letGo();
});

test.runIf(process.platform === 'linux')('a process that is killed holds nothing any more', async () => {
  const patient = domain();
  const module = join(import.meta.dirname, 'domain-lock.ts');
  const script = `const { lockDomain } = await import(${JSON.stringify(module)}); await lockDomain('host', ${JSON.stringify(patient)}, 'the other process'); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await expect(lockDomain('host', patient, 'mine')).rejects.toMatchObject({
    data: { params: { what: since('the other process') } },
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await lockDomain('host', patient, 'mine'))();
});
