import { expect, test } from 'vitest';
import { DOMAIN, fakeHost, inRescue } from './fake-hypervisor.test-support.ts';
import { listSessions } from './sessions.ts';

test('a running domain with our mark is a session, whoever put it there', async () => {
  const host = fakeHost();
  expect(await listSessions(host.hypervisor)).toEqual([]);
  host.live = inRescue('alice@desk');
  expect(await listSessions(host.hypervisor)).toMatchObject([{ domain: DOMAIN, session: { startedBy: 'alice@desk' } }]);
});
