/** Whose a file is that looks like one of a session: the table of proofs. */
import { describe, expect, it } from 'vitest';
import type { EntryOutline, MadeFile } from '../../src-core/journal/types.ts';
import { sessionOfDomainXml } from '../../src-core/rescue/session.ts';
import { DEFINITION, DOMAIN, REQUEST, inRescue } from './fake-hypervisor.test-support.ts';
import { endedUnseen, leftoversAmong } from './left-behind.ts';
import type { Seen, SeenDomain } from './left-behind.ts';

const HOST = { uri: 'qemu+ssh://root@host/system', hostname: 'host' };
const OVERLAY = '/media/rescue.img.TRANSIENT-patient';
const SCRATCH = `/nvram/patient.fd.salvor-${DOMAIN.uuid}`;
const ID = '11111111-2222-4333-8444-555555555555';

const overlay: MadeFile = { kind: 'overlay', name: OVERLAY };
const scratch: MadeFile = { kind: 'nvram', name: SCRATCH };

interface EntryParts extends Partial<Pick<EntryOutline, 'closed'>> {
  readonly began?: Partial<EntryOutline['began']>;
  readonly outcome?: 'done' | 'failed' | null;
}

function entry({ began, closed = null, outcome = 'done' }: EntryParts = {}): EntryOutline {
  const at = '2026-11-01T10:00:00.000Z';
  return {
    began: {
      type: 'began',
      version: 1,
      at,
      id: ID,
      kind: 'rescue',
      by: 'ada@desk',
      host: HOST,
      domain: DOMAIN,
      session: { id: ID, kind: 'one-shot', transient: false },
      order: { kind: 'rescue', request: REQUEST, properties: {} },
      before: { state: 'running', persistent: true, autostart: false, definition: 'f'.repeat(64) },
      rescueDefinition: null,
      steps: [],
      files: [overlay, scratch],
      ...began,
    },
    records: [],
    ended:
      outcome === null
        ? null
        : { type: 'ended', at, outcome, code: null, message: null, unchanged: null, definition: null },
    closed,
    problems: [],
  };
}

function domain(parts: Partial<SeenDomain> = {}): SeenDomain {
  const xml = parts.xml ?? DEFINITION;
  return { ...DOMAIN, on: false, session: sessionOfDomainXml(xml), xml, snapshots: [], ...parts };
}

const withTransientDisk = (image: string) =>
  DEFINITION.replace(
    '</devices>',
    `<disk type='file' device='disk'><source file='${image}'/><target dev='sdz' bus='usb'/><transient/></disk></devices>`,
  );

const seen = (parts: Partial<Seen> = {}): Seen => ({
  host: HOST,
  domains: [domain()],
  files: [
    { path: OVERLAY, size: 5 },
    { path: SCRATCH, size: 6 },
  ],
  entries: [entry()],
  ...parts,
});
const names = (parts: Partial<Seen>, removable = true) =>
  leftoversAmong(seen(parts))
    .filter((left) => left.removable === removable)
    .map(({ name }) => name);

describe('offered for removal', () => {
  it('are the overlay and the variables that the journal names, with whose rescue they are of', () => {
    const left = leftoversAmong(seen());
    expect(left.map(({ kind, name, size, removable }) => [kind, name, size, removable])).toEqual([
      ['overlay', OVERLAY, 5, true],
      ['nvram', SCRATCH, 6, true],
    ]);
    for (const { why, domain: whose } of left) {
      expect(why).toContain('the rescue of patient that ada@desk began at 2026-11-01T10:00:00.000Z');
      expect(whose).toEqual(DOMAIN);
    }
  });

  it('are variables named by a domain that is here, whoever made them; an overlay of unknown origin is told alone', () => {
    expect(names({ entries: [] })).toEqual([SCRATCH]);
    expect(names({ entries: [] }, false)).toEqual([OVERLAY]);
  });

  it('are both when their domain is gone, and the journal knows them under the same URI', () => {
    expect(names({ domains: [] })).toEqual([OVERLAY, SCRATCH]);
    const elsewhere = entry({ began: { host: { ...HOST, uri: 'qemu+ssh://other/system' } } });
    expect(names({ domains: [], entries: [elsewhere] })).toEqual([]);
    expect(names({ domains: [], entries: [elsewhere] }, false)).toEqual([SCRATCH]);
  });

  it('are files of a rescue whose entry was forgotten, or never ended', () => {
    for (const parts of [{ outcome: null }, { closed: { type: 'closed', at: '', by: '', how: 'forgotten' } }] as const)
      expect(names({ entries: [entry(parts)] })).toEqual([OVERLAY, SCRATCH]);
  });

  it('are both of a domain that runs without them: its daemon died while it was stopped', () => {
    expect(names({ domains: [domain({ on: true })] })).toEqual([OVERLAY, SCRATCH]);
  });
});

describe('never offered', () => {
  it.each<[string, Partial<Seen>]>([
    ['while the domain is in rescue and runs', { domains: [domain({ on: true, xml: inRescue('eve@desk') })] }],
    ['while the domain is in rescue and off', { domains: [domain({ xml: inRescue('eve@desk') })] }],
    [
      'while a definition has them as its own',
      { domains: [domain({ xml: DEFINITION.replace('</os>', `<nvram>${SCRATCH}</nvram></os><!-- ${OVERLAY} -->`) })] },
    ],
    [
      'while the domain runs with what it writes thrown away',
      {
        domains: [domain({ on: true, xml: withTransientDisk('/media/rescue.img') })],
        files: [{ path: OVERLAY, size: 1 }],
      },
    ],
    [
      'while another domain runs from them',
      { domains: [domain(), domain({ uuid: 'other', name: 'other', on: true, xml: `${OVERLAY} ${SCRATCH}` })] },
    ],
    [
      'where the journal knows it of another host',
      { entries: [entry({ began: { host: { ...HOST, hostname: 'b' } } })], files: [{ path: OVERLAY, size: 1 }] },
    ],
    [
      'where the journal names another kind',
      { entries: [entry({ began: { files: [{ ...overlay, kind: 'nvram' }] } })], files: [{ path: OVERLAY, size: 1 }] },
    ],
    ['where an ending names it', { entries: [entry({ began: { kind: 'end' } })], files: [{ path: OVERLAY, size: 1 }] }],
  ])('%s', (_title, parts) => {
    expect(names(parts)).toEqual([]);
  });

  it.each([
    '/nvram/patient.fd',
    '/nvram/patient.fd.salvor-',
    `/nvram/patient.fd.salvor-${DOMAIN.uuid}.bak`,
    `.salvor-${DOMAIN.uuid}x`,
    '/media/rescue.img',
    '/media/TRANSIENT-patient',
    '/media/rescue.img.TRANSIENT-somebody',
  ])('%s', (path) => {
    expect(leftoversAmong(seen({ files: [{ path, size: 1 }], entries: [] }))).toEqual([]);
  });

  it('a path in a definition counts in the spelling of XML, too', () => {
    const path = `/m/a&b'c.fd.salvor-${DOMAIN.uuid}`;
    const runs = domain({ on: true, xml: `<nvram>/m/a&amp;b&apos;c.fd.salvor-${DOMAIN.uuid}</nvram>` });
    expect(names({ files: [{ path, size: 1 }], domains: [domain()], entries: [] })).toEqual([path]);
    expect(names({ files: [{ path, size: 1 }], domains: [runs], entries: [] })).toEqual([]);
  });
});

describe('snapshots', () => {
  const ours = { name: 'salvor-11111111', description: `Salvor: before the rescue ${ID}` };
  it.each<[string, { name: string; description: string | null }, string[]]>([
    ['with both our marks', ours, [ours.name]],
    ['of our name alone', { ...ours, description: null }, []],
    ['of our name, described by somebody else', { ...ours, description: 'before the update' }, []],
    ['of another name', { ...ours, name: 'backup' }, []],
  ])('%s', (_title, snapshot, left) => {
    expect(names({ files: [], domains: [domain({ snapshots: [snapshot] })] })).toEqual(left);
  });

  it('one of the rescue that is open is not left over', () => {
    const xml = inRescue('eve@desk').replace("id='other'", `id='${ID}'`);
    expect(names({ files: [], domains: [domain({ on: true, xml, snapshots: [ours] })] })).toEqual([]);
  });
});

describe('a session that ended unseen', () => {
  const told = (parts: Partial<Seen>) => endedUnseen(seen(parts)).map((each) => each.told);
  const begun = 'The rescue of patient by ada@desk, begun at 2026-11-01T10:00:00.000Z, has ended: ';
  it.each<[string, Partial<Seen>, string]>([
    ['at power-off', {}, 'it is off, at its own definition.'],
    ['and the guest was started', { domains: [domain({ on: true })] }, 'it runs from its own definition.'],
    ['with its domain', { domains: [] }, 'that domain is gone.'],
    [
      'and another has begun',
      { domains: [domain({ xml: inRescue('eve@desk') })] },
      'it is in another one, begun by eve@desk at 2026-01-01T00:00:00Z.',
    ],
  ])('%s', (_title, parts, how) => {
    expect(told(parts)).toEqual([begun + how]);
  });

  it.each<[string, Partial<Seen>]>([
    ['is open', { domains: [domain({ on: true, xml: inRescue('a@b').replace("id='other'", `id='${ID}'`) })] }],
    ['is closed', { entries: [entry({ closed: { type: 'closed', at: '', by: '', how: 'finished' } })] }],
    ['failed to begin', { entries: [entry({ outcome: 'failed' })] }],
    ['is under way, or was cut off', { entries: [entry({ outcome: null })] }],
    ['is of another host', { entries: [entry({ began: { host: { ...HOST, hostname: 'b' } } })] }],
    ['is an ending', { entries: [entry({ began: { kind: 'end' } })] }],
  ])('not one that %s', (_title, parts) => {
    expect(told(parts)).toEqual([]);
  });
});
