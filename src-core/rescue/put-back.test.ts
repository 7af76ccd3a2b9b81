/** Records that were tampered with, that are foreign, or that the journal contradicts: none is acted on by itself, and what is done on wish is told. */
import { describe, expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { definitionToPutBack } from './put-back.ts';
import { encodeRecord, hashDefinition, withoutSecrets } from './record.ts';

const UUID = 'c0ffee00-1111-4222-8333-444455556666';
const definition = (name = 'patient', uuid = UUID, devices = "<graphics type='vnc' port='-1' passwd='s3cret'/>") =>
  `<domain type='kvm'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <memory unit='KiB'>262144</memory>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/images/root.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    ${devices}
  </devices>
</domain>
`;
const OWN = definition();
const COPY = withoutSecrets(OWN);

interface Mark {
  readonly original?: string | null;
  readonly hash?: string | null;
  readonly version?: string;
  readonly namespace?: string;
}

/** The rescue definition of a domain, as somebody has left it. */
function rescue(mark: Mark = {}, of: string = OWN): string {
  const {
    original = encodeRecord(OWN),
    hash = hashDefinition(OWN),
    version = '1',
    namespace = 'urn:salvor:rescue:1',
  } = mark;
  const definitionAttribute = hash === null ? '' : ` definition='${hash}'`;
  const inside = original === null ? '' : `<salvor:original>${original}</salvor:original>`;
  const element = `<salvor:rescue xmlns:salvor='${namespace}' version='${version}' kind='until-ended' id='ours' power='on'${definitionAttribute}>${inside}</salvor:rescue>`;
  return of
    .replace('<memory', `<metadata>${element}</metadata>\n  <memory`)
    .replace(
      '<disk',
      "<disk type='file' device='disk'><source file='/media/rescue.img'/><target dev='sda' bus='usb'/></disk>\n    <disk",
    );
}

const changed = OWN.replace('262144', '524288');

test('the record alone, and a journal that says the same: the definition byte for byte', () => {
  for (const copy of [null, COPY])
    expect(definitionToPutBack(rescue(), copy, null)).toEqual({ definitionXml: OWN, notes: [], problem: null });
});

describe('nobody has chosen', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'a letter of the record altered',
      rescue({ original: `A${encodeRecord(OWN).slice(1)}` }),
      'its hash is another one',
    ],
    ['a record that is no base64', rescue({ original: '***' }), 'it does not decode'],
    ['a record cut off', rescue({ original: encodeRecord(OWN).slice(0, 41) }), 'it does not decode'],
    ['no record', rescue({ original: null }), 'carries no record'],
    ['an empty record', rescue({ original: '' }), 'carries no record'],
    ['a hash altered', rescue({ hash: 'f'.repeat(64) }), 'its hash is another one'],
    ['no hash', rescue({ hash: null }), 'does not name its hash'],
    [
      'the record of another domain, with its hash',
      rescue({
        original: encodeRecord(definition('other', UUID.replace('c', 'd'))),
        hash: hashDefinition(definition('other', UUID.replace('c', 'd'))),
      }),
      'definition of another domain',
    ],
    [
      'a record that is no definition, with its hash',
      rescue({ original: encodeBase64('<domain/>'), hash: hashDefinition('<domain/>') }),
      'definition of another domain',
    ],
    [
      'a record that is no XML, with its hash',
      rescue({ original: encodeBase64('no'), hash: hashDefinition('no') }),
      'definition of another domain',
    ],
    ['a record of a newer Salvor', rescue({ version: '2' }), 'a newer Salvor wrote the record (version 2'],
    ['a namespace of another version', rescue({ namespace: 'urn:salvor:rescue:2' }), 'carries no session'],
    ['another name since the start', rescue({}, definition('renamed')), 'was called patient when the rescue began'],
    [
      'a console more since the start',
      rescue({}, definition('patient', UUID, "<graphics type='vnc' passwd='a'/><graphics type='spice' passwd='b'/>")),
      'their number is another one',
    ],
    [
      'the password of a console gone',
      rescue({}, definition('patient', UUID, "<graphics type='vnc'/>")),
      'their number is another one',
    ],
  ];
  test.each(cases)('%s: it is not put back, and why is said', (_title, xml, problem) => {
    for (const copy of [null, COPY]) {
      const found = definitionToPutBack(xml, copy, null);
      expect(found.problem).toContain(problem);
      expect(found).toMatchObject({ definitionXml: null, differs: false });
    }
  });

  test.each([6_000_000, 40_000_000])('a record of %i letters', (length) => {
    const found = definitionToPutBack(rescue({ original: 'A'.repeat(length) }), COPY, null);
    expect(found).toMatchObject({ definitionXml: null, differs: false });
  });

  test('a whole record that the journal contradicts: neither is put back', () => {
    const tampered = rescue({ original: encodeRecord(changed), hash: hashDefinition(changed) });
    expect(definitionToPutBack(tampered, COPY, null)).toMatchObject({ definitionXml: null, differs: true });
    expect(definitionToPutBack(tampered, null, null), 'without a journal nobody can know').toMatchObject({
      definitionXml: changed,
    });
  });
});

describe('the journal was chosen', () => {
  test.each([
    ['a damaged record', { original: '***' }],
    ['no record', { original: null, hash: null }],
    ['a record that it contradicts', { original: encodeRecord(changed), hash: hashDefinition(changed) }],
  ] as const)('%s: its copy, with the passwords that are there', (_title, mark) => {
    expect(definitionToPutBack(rescue(mark), COPY, 'journal')).toEqual({
      definitionXml: OWN,
      notes: [],
      problem: null,
    });
  });

  test('it has no copy, or one of another domain: nothing is put back', () => {
    expect(definitionToPutBack(rescue(), null, 'journal').problem).toContain('has no copy');
    const other = definition('patient', UUID.replace('c', 'd'));
    expect(definitionToPutBack(rescue(), other, 'journal').problem).toContain('another domain');
    expect(definitionToPutBack(rescue(), 'no xml', 'journal').problem).toContain('another domain');
  });

  test('a domain that was renamed keeps the new name, and that is said', () => {
    const found = definitionToPutBack(rescue({}, definition('a &amp; $&amp; b')), COPY, 'journal');
    expect(found).toEqual({
      definitionXml: definition('a &amp; $&amp; b'),
      notes: ['Its name stays a & $& b; it was patient before.'],
      problem: null,
    });
  });

  test('passwords that cannot be told apart are left empty, and that is said', () => {
    const present = definition('patient', UUID, "<graphics type='vnc' passwd='a'/><graphics type='spice' passwd='b'/>");
    const found = definitionToPutBack(rescue({}, present), COPY, 'journal');
    expect(found.definitionXml).toBe(COPY);
    expect(found.problem === null && found.notes[0]).toContain('passwords are left empty');
  });

  test('a password never moves to another kind of place', () => {
    const cookie = definition('patient', UUID, "<cookies><cookie name='t'>c00kie</cookie></cookies>");
    expect(definitionToPutBack(rescue({}, cookie), COPY, 'journal').definitionXml).toBe(COPY);
  });
});

describe('the record in the metadata was chosen', () => {
  test('a whole record that the journal contradicts is put back', () => {
    const tampered = rescue({ original: encodeRecord(changed), hash: hashDefinition(changed) });
    expect(definitionToPutBack(tampered, COPY, 'metadata')).toMatchObject({ definitionXml: changed, notes: [] });
  });

  test('one that is not whole, or another domain’s, is not', () => {
    expect(definitionToPutBack(rescue({ original: '***' }), COPY, 'metadata').problem).toContain('does not decode');
    const other = definition('patient', UUID.replace('c', 'd'));
    const foreign = rescue({ original: encodeRecord(other), hash: hashDefinition(other) });
    expect(definitionToPutBack(foreign, COPY, 'metadata').problem).toContain('another domain');
    expect(definitionToPutBack(OWN, COPY, 'metadata').problem).toContain('carries no session');
  });

  test('a domain that was renamed, on a computer without its journal', () => {
    const found = definitionToPutBack(rescue({}, definition('renamed')), null, 'metadata');
    expect(found).toMatchObject({ definitionXml: definition('renamed'), problem: null });
  });
});
