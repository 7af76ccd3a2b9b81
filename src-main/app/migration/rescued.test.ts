/** Machines in rescue migrate with their way back: ended at the destination, also from a computer that never saw the source. */
import { describe, expect, test } from 'vitest';
import { parseDomain } from '../../../src-core/domain-xml/domain.ts';
import type { MigrationRequest } from '../../../src-core/migration/types.ts';
import { hashDefinition } from '../../../src-core/rescue/record.ts';
import type { RescueRequest } from '../../../src-core/rescue/types.ts';
import { endRescue } from '../end-run.ts';
import { DEFINITION, DOMAIN, REQUEST, STAMP, UUID, fileVolume } from '../fake-hypervisor.test-support.ts';
import { findLeftovers } from '../leftovers.ts';
import type { Journal } from '../journal-port.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { runRescue } from '../rescue-run.ts';
import { liveSession } from '../run.ts';
import { BY, FORCE, NEVER } from '../resume.test-support.ts';
import { REPORT, move, twoHosts } from './migrate.test-support.ts';
import type { TwoHosts } from './migrate.test-support.ts';

const there = {
  '/srv/images/root.img': fileVolume('/srv/images/root.img'),
  '/srv/media/rescue.img': fileVolume('/srv/media/rescue.img'),
};
const here = {
  '/images/root.img': fileVolume('/images/root.img'),
  '/media/rescue.img': fileVolume('/media/rescue.img'),
};
const RULES: Pick<MigrationRequest, 'rules'> = {
  rules: {
    paths: [
      { from: '/images', to: '/srv/images' },
      { from: '/media', to: '/srv/media' },
    ],
    ...{ pools: [], networks: [], bridges: [], pinning: 'keep', listen: null },
  },
};
/** Written to itself: a throw-away overlay cannot migrate. */
const DIRECT: RescueRequest = { ...REQUEST, writes: 'direct' };

async function rescued(request: RescueRequest): Promise<{ two: TwoHosts; journal: Journal }> {
  const two = twoHosts({ volumes: { ...here } }, { volumes: { ...there } });
  const journal = memoryJournal();
  const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal };
  await runRescue(two.source.hypervisor, order, { ...REPORT, planned: () => undefined }, NEVER);
  const disks = Object.fromEntries(
    parseDomain(two.source.live ?? '').disks.map(({ target }) => [target, 'shared' as const]),
  );
  await move(two, journal, { ...RULES, disks });
  return { two, journal };
}

const end = ({ destination }: TwoHosts, journal: Journal) =>
  endRescue(
    destination.hypervisor,
    { domain: DOMAIN, stop: FORCE, power: 'as-before', by: BY, journal },
    REPORT,
    NEVER,
  );

describe.each(['one-shot', 'until-ended'] as const)('%s', (session) => {
  test('arrives in its rescue, at the destination’s paths', async () => {
    const { two } = await rescued({ ...DIRECT, session });
    expect(two.source).toMatchObject({ live: null, persistent: false });
    expect((await liveSession(two.destination.hypervisor, UUID))?.id).toBe(STAMP.id);
    expect(two.destination.live).toContain('/srv/media/rescue.img');
    if (session === 'one-shot') expect(two.destination.definition).not.toContain('salvor:rescue');
    else expect(two.destination.definition).toContain('salvor:original');
  });

  test.each([
    ['from a computer that never saw the source', false],
    ['from the one that began the rescue', true],
  ])('is ended there, %s: its own definition, as it fits that host', async (_who, same) => {
    const { two, journal } = await rescued({ ...DIRECT, session });
    const elsewhere = same ? journal : memoryJournal();
    const { on, notes } = await end(two, elsewhere);
    expect({ on, notes }).toEqual({ on: true, notes: [] });
    const own = DEFINITION.replace('/images/', '/srv/images/');
    expect(hashDefinition(two.destination.definition)).toBe(hashDefinition(own));
    expect(two.destination.live).toBe(two.destination.definition);
    expect(two.destination.definition).not.toContain('salvor');
  });

  test('nothing of it is taken for left over at the source, and its entry is not closed there', async () => {
    const { two, journal } = await rescued({ ...DIRECT, session });
    const found = await findLeftovers({ hypervisor: two.source.hypervisor, journal, by: BY });
    expect(found).toEqual({ leftovers: [], endedUnseen: [] });
    expect((await journal.entry(STAMP.id)).closed).toBeNull();
  });
});

test('a medium behind a throw-away overlay stays where it is, and how to change that is said', async () => {
  const two = twoHosts({ volumes: { ...here } }, { volumes: { ...there } });
  const journal = memoryJournal();
  const order = { domain: DOMAIN, request: REQUEST, properties: {}, confirmed: null, stamp: STAMP, journal };
  await runRescue(two.source.hypervisor, order, { ...REPORT, planned: () => undefined }, NEVER);
  await expect(move(two, journal, RULES)).rejects.toMatchObject({ data: { code: 'migration-refused' } });
  expect(two.source.changes).not.toContain('migrateTo');
});

describe('UEFI variables of the rescue’s own', () => {
  const OWN = '/nvram/patient_VARS.fd';
  const file = fileVolume(OWN);
  const variables = { ...file, xml: file.xml.replaceAll('8388608', String(file.head?.length)) };
  const UEFI = DEFINITION.replace(
    '</os>',
    `<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader><nvram>${OWN}</nvram></os>`,
  );

  test.each(['one-shot', 'until-ended'] as const)('%s: the guest’s have to be there first', async (session) => {
    const volumes = { ...there };
    const two = twoHosts({ volumes: { ...here, [OWN]: variables } }, { volumes });
    Object.assign(two.source, { definition: UEFI, live: UEFI });
    const journal = memoryJournal();
    const request = { ...DIRECT, session, fallThrough: 'none' } as const;
    const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal };
    await runRescue(two.source.hypervisor, order, { ...REPORT, planned: () => undefined }, NEVER);
    expect(two.source.live).toContain(`${OWN}.salvor-`);
    const rules = { ...RULES.rules, paths: [...RULES.rules.paths, { from: '/nvram', to: '/srv/nvram' }] };
    const disks = Object.fromEntries(
      parseDomain(two.source.live ?? '').disks.map(({ target }) => [target, 'shared' as const]),
    );
    const refused = await move(two, journal, { rules, disks }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ data: { code: 'migration-refused' } });
    expect((refused as Error).message).toContain('/srv/nvram/patient_VARS.fd is not on');
    expect(two.source.changes).not.toContain('migrateTo');

    Object.assign(volumes, { '/srv/nvram/patient_VARS.fd': fileVolume('/srv/nvram/patient_VARS.fd') });
    const { remarks } = await move(two, journal, { rules, disks });
    expect(remarks.join(' ')).toContain(`Its own (${OWN} at `);
    expect(remarks.join(' ')).not.toContain('can be removed');
  });
});
