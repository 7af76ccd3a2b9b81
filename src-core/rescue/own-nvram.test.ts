/** Where a guest's own UEFI variables are, and what a plan says of the copy that is kept of them. */
import { describe, expect, it } from 'vitest';
import { parseXml } from '../domain-xml/document.ts';
import { UEFI, domainXml, inputs } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import { ownNvram } from './scratch-nvram.ts';
import type { NvramFacts } from './types.ts';

const SYSTEM = { uri: 'qemu+ssh://root@host/system', driver: 'QEMU' };
const pflash = (nvram: string, more = "readonly='yes'") =>
  `<loader type='pflash' ${more}>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>${nvram}`;
const where = (os: string, host = SYSTEM, osAttributes = '', live: string | null = null) =>
  ownNvram(parseXml(domainXml({ os, osAttributes })), host, 'guest', live === null ? null : parseXml(live));

describe('the file of a guest’s own variables', () => {
  it.each([
    ['as the definition names it', UEFI, '', '/var/lib/nvram/guest_VARS.fd'],
    ['as a source', pflash("<nvram type='file'><source file='/n.fd'/></nvram>"), '', '/n.fd'],
    ['as qcow2', pflash("<nvram type='file' format='qcow2'><source file='/n.qcow2'/></nvram>"), '', '/n.qcow2'],
    ['where libvirt keeps it', '', " firmware='efi'", '/var/lib/libvirt/qemu/nvram/guest_VARS.fd'],
  ])('%s', (_title, os, attributes, path) => {
    expect(where(os, SYSTEM, attributes)).toEqual({ kind: 'path', path });
  });

  it('is told by what the guest runs from, where the definition does not say', () => {
    const live = domainXml({ os: pflash('<nvram>/home/u/.config/libvirt/qemu/nvram/guest_VARS.fd</nvram>') });
    const session = { ...SYSTEM, uri: 'qemu:///session' };
    expect(where('', session, " firmware='efi'", live)).toEqual({
      kind: 'path',
      path: '/home/u/.config/libvirt/qemu/nvram/guest_VARS.fd',
    });
    expect(where('', session, " firmware='efi'")).toMatchObject({ kind: 'impossible', why: /does not say/ });
  });

  it.each([
    ['a ROM image', "<loader type='rom'>/usr/share/ovmf/OVMF.fd</loader>", /ROM image/],
    ['a writable image', pflash('', "readonly='no'"), /writable/],
    ['a block device', pflash("<nvram type='block'><source dev='/dev/n'/></nvram>"), /type block/],
    ['network storage', pflash("<nvram type='network'><source protocol='rbd' name='a/b'/></nvram>"), /type network/],
    ['half a path', pflash('<nvram>n.fd</nvram>'), /whole path/],
  ])('%s has none that can be copied', (_title, os, why) => {
    expect(where(os)).toMatchObject({ kind: 'impossible', why: expect.stringMatching(why) as unknown });
  });

  it.each([
    ['stateless firmware', pflash('', "readonly='yes' stateless='yes'"), SYSTEM],
    ['libvirt’s test driver', UEFI, { uri: 'test:///default', driver: 'TEST' }],
  ])('%s keeps none', (_title, os, host) => {
    expect(where(os, host)).toEqual({ kind: 'not-needed' });
  });
});

describe('the plan', () => {
  const planOf = (nvram: NvramFacts | undefined, request: { session?: 'until-ended' } = {}) =>
    planRescue(inputs({ xml: domainXml({ os: UEFI }), request, ...(nvram === undefined ? {} : { nvram }) }));
  const file: NvramFacts = { kind: 'file', path: '/var/lib/nvram/guest_VARS.fd', size: 540_672 };

  it('keeps a copy when the guest has stopped, before anything is defined or started', () => {
    expect(planOf(file).steps.map(({ id }) => id)).toEqual(['check', 'stop', 'backup', 'start', 'verify']);
    const lasting = planOf(file, { session: 'until-ended' }).steps;
    expect(lasting.map(({ id }) => id)).toEqual(['check', 'stop', 'backup', 'define', 'start', 'verify']);
    expect(lasting[2]?.what.text).toContain('/var/lib/nvram/guest_VARS.fd');
  });

  it.each<[string, NvramFacts | undefined]>([
    ['nothing to keep', { kind: 'none' }],
    ['a file that is out of reach', { kind: 'out-of-reach', why: 'it is far' }],
    ['a plan from files', undefined],
  ])('has no such step for %s', (_title, nvram) => {
    expect(planOf(nvram).steps.map(({ id }) => id)).not.toContain('backup');
  });

  it('says why no copy can be kept', () => {
    const { warnings } = planOf({ kind: 'out-of-reach', why: 'it is far' });
    expect(warnings.find(({ code }) => code === 'nvram-not-kept')?.message).toContain('it is far');
    expect(planOf(file).warnings.map(({ code }) => code)).not.toContain('nvram-not-kept');
  });

  it('is another one where the copy becomes impossible, and the same one where the file grew', () => {
    const fingerprint = (nvram: NvramFacts) => planOf(nvram).fingerprint.inputs;
    expect(fingerprint({ ...file, size: 1 })).toBe(fingerprint(file));
    expect(fingerprint({ kind: 'out-of-reach', why: 'it is far' })).not.toBe(fingerprint(file));
    expect(fingerprint({ kind: 'out-of-reach', why: 'pool salvor-1' })).toBe(
      fingerprint({ kind: 'out-of-reach', why: 'pool salvor-2' }),
    );
  });
});
