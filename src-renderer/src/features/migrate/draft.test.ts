import { expect, test } from 'vitest';
import { host } from '../../../harness/fake-world.test-support.ts';
import { WEB } from '../../../harness/guests.test-support.ts';
import { chosenDestination, destinationsOf } from './destinations.ts';
import { FIRST_DRAFT, countChosen, figureOf, requestOf } from './draft.ts';
import { namesInDefinitions } from './names-in-definition.ts';

test('rows that are still being written are no rules; blanks around names are none of them', () => {
  const maps = {
    ...FIRST_DRAFT.maps,
    networks: [
      { id: 0, from: ' lan ', to: 'lan-2' },
      { id: 1, from: 'dmz', to: ' ' },
    ],
  };
  const draft = { ...FIRST_DRAFT, maps, listen: ' 0.0.0.0 ' };
  expect(requestOf(draft, true)?.rules).toMatchObject({ networks: [{ from: 'lan', to: 'lan-2' }], listen: '0.0.0.0' });
  expect(countChosen(draft)).toEqual({ rules: 2, options: 0 });
});

test('an address for peer to peer is no part of a direct one', () => {
  const draft = { ...FIRST_DRAFT, destinationUri: 'qemu+tls://kvm-2/system' };
  expect(requestOf(draft, true)?.destinationUri).toBeNull();
  expect(requestOf({ ...draft, way: 'p2p' }, true)?.destinationUri).toBe('qemu+tls://kvm-2/system');
});

test.each([
  ['bandwidth', '', null],
  ['bandwidth', ' 12 ', 12],
  ['bandwidth', '0', undefined],
  ['bandwidth', '1e3', undefined],
  ['bandwidth', '99999999', undefined],
  ['parallel', '1', undefined],
  ['parallel', '64', 64],
  ['maxDowntime', '-5', undefined],
  ['maxDowntime', '600000', 600_000],
] as const)('%s “%s”', (figure, written, value) => {
  expect(figureOf(figure, written)).toBe(value);
  const request = requestOf({ ...FIRST_DRAFT, figures: { ...FIRST_DRAFT.figures, [figure]: written } }, true);
  expect(request === null).toBe(value === undefined);
});

test('destinations: never the host itself, those that can be first; chosen by hand, or the only one that can be', () => {
  const here = host({ id: 'here' });
  const there = host({ id: 'there' });
  const away = host({ id: 'away', state: 'disconnected' });
  const mock = host({ id: 'mock', driver: 'TEST' });
  const found = destinationsOf([here, away, mock, there], 'here');
  expect(found.map(({ host: { id }, reason }) => [id, reason])).toEqual([
    ['there', null],
    ['away', 'disconnected'],
    ['mock', 'not-qemu'],
  ]);
  expect(chosenDestination(found, null)?.host.id).toBe('there');
  // One that was lost stays chosen: it says why nothing goes on.
  expect(chosenDestination(found, 'away')?.reason).toBe('disconnected');
  expect(chosenDestination(destinationsOf([here, there, host({ id: 'more' })], 'here'), null)).toBeNull();
});

test('names that definitions have, each once, folders before what is in them; what cannot be read has none', () => {
  const names = namesInDefinitions([WEB, null, WEB]);
  expect(names.networks).toEqual(['default']);
  expect(names.paths[0]).toBe('/var/lib/libvirt/images');
  expect(names.paths).toContain('/var/lib/libvirt/images/web-01.qcow2');
  expect(new Set(names.paths).size).toBe(names.paths.length);
  expect(namesInDefinitions(['<domain><devices>']).paths).toEqual([]);
});
