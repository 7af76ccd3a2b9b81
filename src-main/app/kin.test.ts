import { expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { MediumFacts } from '../../src-core/rescue/types.ts';
import type { ExaminedVolume } from '../libvirt/port.ts';
import { collectInputs } from './collect.ts';
import { DEFINITION, REQUEST, UUID, fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';

const MEDIUM = '/media/rescue.img';
const ROOT = '/images/root.img';

async function kinOf(host: FakeHost): Promise<MediumFacts['kin'] | undefined> {
  const inputs = await collectInputs(host.hypervisor, UUID, { request: REQUEST, properties: {}, stamp: null });
  return inputs.media[0]?.kin;
}

/** A volume with the times of its last write and change. */
function timed(path: string, modified: string, changed: string): ExaminedVolume {
  const volume = fileVolume(path);
  const times = `<timestamps><mtime>${modified}</mtime><ctime>${changed}</ctime></timestamps></target>`;
  return { ...volume, xml: volume.xml.replace('</target>', times) };
}

const host = (volumes: Record<string, ExaminedVolume>) => fakeHost({ volumes, state: 'shutoff' });

test('a file of the same length, written and changed in the same nanosecond, is the same file', async () => {
  const volumes = { [MEDIUM]: timed(MEDIUM, '17.123456789', '18.1'), [ROOT]: timed(ROOT, '17.123456789', '18.1') };
  expect(await kinOf(host(volumes))).toEqual({ target: 'vda', as: 'same-file' });
});

test.each([
  ['written at another time', timed(ROOT, '17.123456788', '18.1')],
  ['changed at another time', timed(ROOT, '17.123456789', '18.2')],
  ['of which no times are told', fileVolume(ROOT)],
])('a file %s is another one', async (_name, root) => {
  expect(await kinOf(host({ [MEDIUM]: timed(MEDIUM, '17.123456789', '18.1'), [ROOT]: root }))).toBeNull();
});

test('devices are not compared by their times: many were made in one moment', async () => {
  const device = '/dev/vg/root';
  const made = host({ [MEDIUM]: timed(MEDIUM, '1.1', '1.1'), [device]: timed(device, '1.1', '1.1') });
  made.definition = DEFINITION.replace(ROOT, device);
  expect(await kinOf(made)).toBeNull();
});

test('an image below the root disk, as its definition, the guest that runs, or its first bytes tell', async () => {
  const layer = `<backingStore type='file'><format type='raw'/><source file='${MEDIUM}'/><backingStore/></backingStore>`;
  const told = DEFINITION.replace(`<source file='${ROOT}'/>`, `<source file='${ROOT}'/>${layer}`);
  const base = { target: 'vda', as: 'base' };
  const written = host({ [MEDIUM]: fileVolume(MEDIUM) });
  written.definition = told;
  expect(await kinOf(written)).toEqual(base);
  const running = fakeHost({ volumes: { [MEDIUM]: fileVolume(MEDIUM) } });
  running.live = told;
  expect(await kinOf(running)).toEqual(base);
  const read = host({ [MEDIUM]: fileVolume(MEDIUM), [ROOT]: fileVolume(ROOT, null, MEDIUM) });
  expect(await kinOf(read), 'a raw disk stands on nothing').toBeNull();
  read.definition = DEFINITION.replace("type='raw'/>", "type='qcow2'/>");
  expect(await kinOf(read)).toEqual(base);
});

test('what cannot be asked is not known', async () => {
  const made = host({ [MEDIUM]: timed(MEDIUM, '1.1', '1.1') });
  let calls = 0;
  made.before.examineVolume = () => {
    calls += 1;
    // The first two are for the medium and the identifier of the root disk.
    if (calls > 2) throw new SalvorError('libvirt', { call: 'x' }, 'storage pool is not active');
  };
  expect(await kinOf(made)).toBeNull();
  expect(calls).toBeGreaterThan(2);
});
