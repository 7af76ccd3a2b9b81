import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMedium, EMPTY_LIBRARY, nameKey } from './edit.ts';
import { LONGEST_GLANCE, glanceFileName, glanceJson, readGlanceImage } from './glance.ts';
import type { LibraryMedium, ToldMedium } from './types.ts';

function mediumOf(change: Partial<LibraryMedium> = {}): LibraryMedium {
  const words = {
    name: 'rescue',
    note: '',
    host: null,
    source: { kind: 'path', path: '/x' } as const,
    properties: {},
    told: null,
  };
  const [medium] = addMedium(EMPTY_LIBRARY, words, 'id', '2026-11-21T20:00:00.000Z').media;
  if (medium === undefined) throw new Error('one medium');
  return { ...medium, ...change };
}

const HASH = 'ab'.repeat(64);

describe('what clients print', () => {
  test('openstack image show -f json: properties nested, hashes among them', () => {
    const text = JSON.stringify({
      id: '2f0c',
      name: 'SystemRescue 12',
      size: 950009856,
      disk_format: 'iso',
      container_format: 'bare',
      checksum: 'AB'.repeat(16),
      status: 'active',
      tags: [],
      owner: 'x',
      protected: false,
      properties: {
        hw_rescue_device: 'cdrom',
        hw_rescue_bus: 'sata',
        hw_machine_type: 'q35',
        os_type: 'linux',
        os_hidden: false,
        os_hash_algo: 'sha512',
        os_hash_value: HASH,
        stores: 'ceph',
        locations: [],
      },
    });
    expect(readGlanceImage(text)).toEqual({
      name: 'SystemRescue 12',
      properties: { hw_machine_type: 'q35', hw_rescue_bus: 'sata', hw_rescue_device: 'cdrom', os_type: 'linux' },
      told: { size: 950009856, format: 'iso', checksum: 'ab'.repeat(16), hash: { algorithm: 'sha512', value: HASH } },
    });
  });

  test('glance image-show and older clients: flat, or properties as one string, the size as a word', () => {
    expect(
      readGlanceImage(
        '\ufeff{"name":"a","hw_rescue_bus":"usb","size":"12","os_hash_algo":"sha512","os_hash_value":"00"}',
      ),
    ).toEqual({
      name: 'a',
      properties: { hw_rescue_bus: 'usb' },
      told: { size: 12, format: null, checksum: null, hash: { algorithm: 'sha512', value: '00' } },
    });
    expect(
      readGlanceImage(`{"name":null,"size":null,"properties":"hw_rescue_device='disk', hw_disk_bus='scsi'"}`),
    ).toEqual({
      name: null,
      properties: { hw_disk_bus: 'scsi', hw_rescue_device: 'disk' },
      told: null,
    });
  });
});

describe('what is refused, with a reason', () => {
  test.each([
    ['', 'it is not JSON'],
    ['<xml/>', 'it is not JSON'],
    ['{"name":', 'it is not JSON'],
    ['['.repeat(200_000), 'it is not JSON'],
    [`"${'x'.repeat(LONGEST_GLANCE)}"`, 'far more than one image prints'],
    ['[{"name":"a"}]', 'one image is wanted'],
    ['"name"', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['42', 'not a JSON object'],
    ['{}', 'nothing in it describes an image'],
    ['{"status":"ok"}', 'nothing in it describes an image'],
    ['{"name":["a"]}', '"name" is not a word'],
    ['{"name":"a","size":-1}', '"size" is not a number of bytes'],
    ['{"name":"a","size":1e300}', '"size" is not a number of bytes'],
    ['{"name":"a","size":1.5}', '"size" is not a number of bytes'],
    ['{"name":"a","size":"12 GB"}', '"size" is not a number of bytes'],
    ['{"name":"a","checksum":"../x"}', 'not a hash'],
    ['{"name":"a","os_hash_value":{"a":1}}', '"os_hash_value" is not a word'],
    ['{"name":"a","properties":[1]}', '"properties" is neither'],
    ['{"name":"a","properties":{"hw_rescue_bus":{"toString":"x"}}}', 'hw_rescue_bus is not a word'],
    [`{"name":"a","properties":{"hw_rescue_bus":"${'x'.repeat(300)}"}}`, 'longer than 255'],
    [`{"disk_format":"${'x'.repeat(41)}"}`, 'longer than 40'],
  ])('%.60s', (text, problem) => {
    expect(() => readGlanceImage(text)).toThrow(problem);
  });

  test('keys of prototypes are keys like others, and none of ours', () => {
    const read = readGlanceImage(
      '{"name":"a","__proto__":{"size":5,"hw_rescue_bus":"usb"},"properties":{"__proto__":{"os_type":"x"},"constructor":"y"}}',
    );
    expect(read).toEqual({ name: 'a', properties: {}, told: null });
    expect(({} as Record<string, unknown>)['hw_rescue_bus']).toBeUndefined();
  });

  test('a name longer than one may be is cut between characters', () => {
    const { name } = readGlanceImage(JSON.stringify({ name: `${'x'.repeat(199)}💿` }));
    expect(name).toBe('x'.repeat(199));
    expect(readGlanceImage('{"name":"\\u202e\\u200b"}').name).toBeNull();
  });
});

test('what is written says what is known', () => {
  const told: ToldMedium = { size: 5, format: 'iso', checksum: 'ab', hash: { algorithm: 'sha512', value: 'cd' } };
  expect(JSON.parse(glanceJson(mediumOf({ told })))).toMatchObject({
    size: 5,
    disk_format: 'iso',
    checksum: 'ab',
    os_hash_algo: 'sha512',
    os_hash_value: 'cd',
  });
  expect(JSON.parse(glanceJson(mediumOf({ whole: { sha256: 'ef', bytes: 7 } })))).toMatchObject({
    size: 7,
    os_hash_algo: 'sha256',
    os_hash_value: 'ef',
  });
  expect(JSON.parse(glanceJson(mediumOf()))).toMatchObject({ size: null, disk_format: null, os_hash_value: null });
});

test.each([
  ['SystemRescue 12.01', 'SystemRescue-12.01.json'],
  ['../../etc/passwd', 'etc-passwd.json'],
  ['\u202e\n', 'medium.json'],
  ['.hidden', 'hidden.json'],
])('the file for %j', (name, file) => {
  expect(glanceFileName(mediumOf({ name }))).toBe(file);
});

const property = fc.tuple(
  fc.stringMatching(/^(?:hw|os)_[a-z0-9_]{1,40}$/).filter((name) => !/^os_(?:hash_algo|hash_value|hidden)$/.test(name)),
  fc.string({ minLength: 1, maxLength: 255 }).filter((value) => value.trim() === value),
);

test('import(export(medium)) has its name, its properties and what was told of it', () => {
  const told = fc.option(
    fc.record({
      size: fc.option(fc.nat()),
      format: fc.option(fc.constantFrom('iso', 'raw', 'qcow2')),
      checksum: fc.option(fc.constant('0123abcd')),
      hash: fc.option(fc.constant({ algorithm: 'sha512', value: 'beef' })),
    }),
  );
  const name = fc
    .string({ minLength: 1, maxLength: 200, unit: 'grapheme' })
    .map((text) => text.trim())
    .filter((text) => text.length <= 200 && nameKey(text) !== '');
  fc.assert(
    fc.property(name, fc.array(property, { maxLength: 20 }), told, (named, pairs, said) => {
      const medium = mediumOf({ name: named, properties: Object.fromEntries(pairs), told: said });
      const read = readGlanceImage(glanceJson(medium));
      expect(read.name).toBe(medium.name);
      expect(read.properties).toEqual(medium.properties);
      const some = said !== null && Object.values(said).some((value) => value !== null);
      expect(read.told).toEqual(some ? said : null);
    }),
  );
});

test('whatever the text, it is read or refused with a reason', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => JSON.stringify({ name: value, properties: value, size: value })),
      ),
      (text) => {
        try {
          const { name } = readGlanceImage(text);
          expect(name === null || nameKey(name) !== '').toBe(true);
        } catch (error) {
          expect(error).toHaveProperty('name', 'PropertiesProblem');
        }
      },
    ),
  );
});
