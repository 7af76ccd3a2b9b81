/** Sessions that last until they are ended, of transient guests, to the first reboot, and with UEFI variables of their own: what is planned. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { ROOT_DISK, UEFI, domainXml, inputs } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import { hasSecrets, hashDefinition, recoverDefinition, sameDefinition, withoutSecrets } from './record.ts';
import { sessionOfDomainXml } from './session.ts';
import type { RescuePlan } from './plan-types.ts';
import { verifyRescue } from './verify.ts';

const UUID = '3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01';
const LASTING = { request: { session: 'until-ended' } } as const;
const PASSWORDS = `${ROOT_DISK}
    <graphics type='vnc' port='-1' autoport='yes' passwd='s3cr&apos;t &quot;one&quot;'>
      <listen type='address'/>
    </graphics>
    <graphics type='spice' passwd='zwei' passwdValidTo='2030-01-01T00:00:00'/>
    <disk type='network' device='cdrom'><source protocol='https' name='x.iso'><host name='h'/><cookies><cookie name='session'>tok3n</cookie></cookies></source><target dev='sdc' bus='sata'/></disk>`;

const steps = (plan: RescuePlan) => plan.steps.map(({ id }) => id);
const endSteps = (plan: RescuePlan) => plan.endSteps.map(({ id }) => id);

describe('base64', () => {
  it('gives back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(decodeBase64(encodeBase64(text))).toBe(text);
        expect(encodeBase64(text)).toBe(Buffer.from(text).toString('base64'));
      }),
    );
  });

  it.each(['A', 'AAA', 'AA=A', '====', 'a b*', '//79', 'wIA='])('is not read from %s', (text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});

describe('the record', () => {
  it.each([
    ['a plain definition', domainXml()],
    ['passwords and cookies', domainXml({ devices: PASSWORDS })],
    [
      'text beyond ASCII, CDATA and comments',
      domainXml({
        top: '<title>Grüße 漢字 🛟</title><!-- ]]> --><description><![CDATA[<graphics passwd=]]></description>',
      }),
    ],
    ['metadata of others', domainXml({ metadata: "<a:b xmlns:a='urn:a'>passwd='x'</a:b>" })],
    ['line ends of another system', domainXml().replaceAll('\n', '\r\n')],
  ])('gives back %s byte for byte', (_title, xml) => {
    const plan = planRescue(inputs({ xml, ...LASTING }));
    expect(plan.refusals).toEqual([]);
    expect(recoverDefinition(plan.rescueXml ?? '')).toMatchObject({ definitionXml: xml, problem: null });
  });

  it('holds nothing that a read-only connection may not see, nor a hash to guess it from', () => {
    const xml = domainXml({ devices: PASSWORDS });
    const other = xml.replace('s3cr', 'other').replace('tok3n', 'another');
    const plan = planRescue(inputs({ xml, ...LASTING }));
    const seen = withoutSecrets(plan.rescueXml ?? '');
    expect(seen + (decodeBase64(/<salvor:original>([^<]*)</.exec(seen)?.[1] ?? '') ?? '')).not.toMatch(
      /s3cr|zwei|tok3n/,
    );
    expect(hashDefinition(xml)).toBe(hashDefinition(other));
    expect(hasSecrets(xml)).toBe(true);
    expect(hasSecrets(domainXml())).toBe(false);
  });

  it('takes a definition for the same when libvirt has sorted its controllers, and for another one when anything differs', () => {
    const scsi =
      "<controller type='scsi' index='0' model='lsilogic'>\n      <address type='drive'/>\n    </controller>";
    const pci = "<controller type='pci' index='0' model='pcie-root'/>";
    const one = domainXml({ devices: `${ROOT_DISK}\n    ${scsi}\n    ${pci}` });
    const sorted = domainXml({ devices: `${ROOT_DISK}\n    ${pci}\n    ${scsi}` });
    expect(sameDefinition(one, sorted)).toBe(true);
    expect(hashDefinition(one)).toBe(hashDefinition(sorted));
    for (const other of [
      sorted.replace('lsilogic', 'virtio-scsi'),
      sorted.replace('vda', 'vdb'),
      sorted.replace(pci, ''),
    ]) {
      expect(sameDefinition(one, other)).toBe(false);
      expect(hashDefinition(one)).not.toBe(hashDefinition(other));
    }
    expect(hashDefinition(`${one}\n<controller type='x'>`)).not.toBe(hashDefinition(one));
  });

  it('leaves an empty password where one was: that lets nobody in', () => {
    expect(withoutSecrets("<graphics type='vnc' passwd=\"p\" port='1'/>")).toBe(
      "<graphics type='vnc' passwd='' port='1'/>",
    );
  });

  it('is written for sessions that last alone', () => {
    expect(planRescue(inputs()).rescueXml).not.toContain('salvor:original');
  });

  it.each([
    ['no session', (xml: string) => xml.replace(/<salvor:rescue[\s\S]*<\/salvor:rescue>/, ''), /carries no session/],
    [
      'a session without a record',
      (xml: string) => xml.replace(/<salvor:original>.*<\/salvor:original>/, ''),
      /carries no record/,
    ],
    [
      'a record that does not decode',
      (xml: string) => xml.replace('<salvor:original>', '<salvor:original>*'),
      /does not decode/,
    ],
    ['a record cut short', (xml: string) => xml.replace(/.{8}<\/salvor:original>/, '</salvor:original>'), /hash/],
    ['a password less', (xml: string) => xml.replace(/ passwd=(?:"[^"]*"|'[^']*')/, ''), /passwords/],
    ['another UUID', (xml: string) => xml.replace(UUID, UUID.replace('3e6f', 'ffff')), /another domain/],
    ['another name', (xml: string) => xml.replace('<name>guest<', '<name>other<'), /was called guest/],
  ])('is not acted on: %s', (_title, tamper, problem) => {
    const xml = planRescue(inputs({ xml: domainXml({ devices: PASSWORDS }), ...LASTING })).rescueXml ?? '';
    expect(recoverDefinition(xml).definitionXml).not.toBeNull();
    const recovered = recoverDefinition(tamper(xml));
    expect(recovered.definitionXml).toBeNull();
    expect(recovered.problem).toMatch(problem);
  });

  it('does not take longer than its length to look for secrets', () => {
    const started = performance.now();
    withoutSecrets(
      `<!-- ${'<graphics '.repeat(300_000)}${'<cookie '.repeat(300_000)}${"<graphics passwd='".repeat(100_000)} -->`,
    );
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('until ended', () => {
  it('stops the guest before its definition is touched, and puts it back when it ends', () => {
    const plan = planRescue(inputs({ ...LASTING, domain: { state: 'running' } }));
    expect(steps(plan)).toEqual(['check', 'stop', 'define', 'start', 'verify']);
    expect(plan.steps.map(({ inverse }) => inverse?.code ?? null)).toEqual([
      null,
      'undo-stop',
      'undo-define',
      'undo-start-defined',
      null,
    ]);
    expect(endSteps(plan)).toEqual(['stop', 'define', 'start', 'verify']);
    expect(sessionOfDomainXml(plan.rescueXml ?? '')).toMatchObject({ kind: 'until-ended', transient: false });
    expect(plan.added.map(({ what }) => what.code)).toContain('change-record');
  });

  it('has nothing to stop where the guest is off', () => {
    expect(steps(planRescue(inputs({ ...LASTING, domain: { state: 'shutoff' } })))).toEqual([
      'check',
      'define',
      'start',
      'verify',
    ]);
  });

  it('warns that the host’s reboot brings the rescue back', () => {
    const codes = (parts: InputParts) => planRescue(inputs(parts)).warnings.map(({ code }) => code);
    expect(codes({ ...LASTING, domain: { autostart: true } })).toContain('autostart-in-rescue');
    expect(codes({ ...LASTING, domain: { autostart: true } })).not.toContain('autostart');
    expect(codes({ domain: { autostart: true } })).toContain('autostart');
  });
});

describe('a transient guest', () => {
  const parts: InputParts = { domain: { persistent: false, state: 'running' }, request: { transientConsent: true } };

  it('is defined before it is stopped, and its session lasts until it is ended whatever was asked for', () => {
    const plan = planRescue(inputs(parts));
    expect(plan.request.session).toMatchObject({ value: 'until-ended', from: 'capability' });
    expect(steps(plan)).toEqual(['check', 'define', 'stop', 'start', 'verify']);
    expect(endSteps(plan)).toEqual(['stop', 'start', 'verify']);
    expect(plan.endSteps.map(({ what }) => what.code)).toContain('step-end-transient');
    expect(sessionOfDomainXml(plan.rescueXml ?? '')).toMatchObject({ transient: true, powerBefore: 'on' });
  });

  it('is refused without consent', () => {
    const plan = planRescue(inputs({ domain: { persistent: false, state: 'running' } }));
    expect(plan.refusals.map(({ code }) => code)).toEqual(['transient-domain']);
  });
});

describe('to the first reboot', () => {
  const plan = planRescue(
    inputs({ xml: domainXml({ top: '<on_reboot>restart</on_reboot>' }), request: { endAtFirstReboot: true } }),
  );

  it('says so in its steps', () => {
    expect(plan.steps.find(({ id }) => id === 'start')?.what.code).toBe('step-start-once');
    expect(plan.virsh.join('\n')).toMatch(/--end-at-first-reboot[\s\S]*over when the guest reboots/);
  });

  it('is verified in what runs', () => {
    const live = plan.rescueXml ?? '';
    expect(verifyRescue(plan, live)).toEqual([]);
    expect(verifyRescue(plan, live.replace('destroy</on_reboot>', 'restart</on_reboot>'))).toEqual([
      'it would survive its first reboot',
    ]);
  });
});

describe('UEFI variables of the session’s own', () => {
  const NONE = { fallThrough: 'none' } as const;
  const planOf = (os: string, osAttributes = '', host: InputParts['host'] = {}, request = NONE) =>
    planRescue(inputs({ xml: domainXml({ machine: 'pc-q35-7.2', os, osAttributes }), host, request }));
  const pflash = (attributes: string, nvram: string) =>
    `<loader type='pflash' ${attributes}>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>${nvram}`;
  const scratch = `/var/lib/nvram/guest_VARS.fd.salvor-${UUID}`;

  it.each([
    ['loader and nvram', UEFI, '', scratch],
    ['a template', pflash("readonly='yes'", "<nvram template='/t.fd'>/n.fd</nvram>"), '', `/n.fd.salvor-${UUID}`],
    [
      'a source',
      pflash("readonly='yes'", "<nvram type='file'><source file='/n.fd'/></nvram>"),
      '',
      `/n.fd.salvor-${UUID}`,
    ],
    [
      'a block device',
      pflash("readonly='yes'", "<nvram type='block'><source dev='/dev/n'/></nvram>"),
      '',
      `/var/lib/libvirt/qemu/nvram/guest_VARS.fd.salvor-${UUID}`,
    ],
    [
      'firmware that libvirt selects',
      '',
      " firmware='efi'",
      `/var/lib/libvirt/qemu/nvram/guest_VARS.fd.salvor-${UUID}`,
    ],
  ])('%s', (_title, os, attributes, path) => {
    const plan = planOf(os, attributes);
    expect(plan.refusals).toEqual([]);
    expect(plan.scratchNvram).toBe(path);
    expect(plan.rescueXml).toContain(path);
    expect(plan.files.map((file) => file.path)).toContain(path);
    expect(endSteps(plan)).toContain('nvram');
    expect(plan.added.map(({ element }) => element)).toContain('nvram');
    expect(plan.warnings.map(({ code }) => code)).not.toContain('nvram-writable');
    expect(plan.virsh.filter((line) => line.includes('--reset-nvram'))).toHaveLength(1);
    expect(verifyRescue(plan, plan.rescueXml ?? '')).toEqual([]);
    expect(verifyRescue(plan, (plan.rescueXml ?? '').replaceAll(`.salvor-${UUID}`, '')).join()).toContain(
      'UEFI variables',
    );
  });

  it('keeps the template', () => {
    const plan = planOf(pflash("readonly='yes'", "<nvram template='/t.fd'>/n.fd</nvram>"));
    expect(plan.rescueXml).toContain(`<nvram template="/t.fd">/n.fd.salvor-${UUID}</nvram>`);
  });

  it.each([
    ['stateless firmware', pflash("readonly='yes' stateless='yes'", ''), '', {}],
    ['libvirt’s test driver', UEFI, '', { driver: 'TEST' }],
  ])('%s needs none', (_title, os, attributes, host) => {
    const plan = planOf(os, attributes, host);
    expect(plan.refusals).toEqual([]);
    expect(plan.scratchNvram).toBeNull();
  });

  it.each([
    ['a ROM image', "<loader type='rom'>/usr/share/ovmf/OVMF.fd</loader>", '', {}, /ROM image/],
    ['a writable image', pflash("readonly='no'", ''), '', {}, /writable/],
    ['an old libvirt', UEFI, '', { libvirtVersion: 8_000_000 }, /8\.1/],
    [
      'a session daemon whose folders nobody knows',
      '',
      " firmware='efi'",
      { uri: 'qemu:///session' },
      /does not say where/,
    ],
  ])('%s: impossible, and said why', (_title, os, attributes, host, why) => {
    const plan = planOf(os, attributes, host);
    expect(plan.refusals.map(({ code }) => code)).toEqual(['uefi-no-fall-through']);
    expect(plan.refusals[0]?.message).toMatch(why);
  });

  it('is not made where the guest’s own order stays', () => {
    const plan = planRescue(inputs({ xml: domainXml({ os: UEFI }) }));
    expect(plan.scratchNvram).toBeNull();
    expect(plan.rescueXml).toContain('<nvram>/var/lib/nvram/guest_VARS.fd</nvram>');
  });
});

describe('the commands', () => {
  it.each(["a'; rm -rf $HOME #", '-x', '--all', 'two words', '$(reboot)', '`reboot`', 'a\nb', 'é&|;<>'])(
    'keep the name %j one word in every line',
    (name) => {
      const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      const xml = domainXml().replace('<name>guest</name>', `<name>${escaped}</name>`);
      const plan = planRescue(inputs({ xml, ...LASTING, domain: { state: 'running' } }));
      // A name that no line can show is told by its UUID.
      const told = name.includes('\n') ? (plan.domain.uuid ?? 'none') : name;
      const quoted = /^[\w.-]+$/.test(told) && !told.startsWith('-') ? told : `'${told.replaceAll("'", "'\\''")}'`;
      const naming = plan.virsh.filter((line) => line.includes('--domain '));
      expect(naming.length).toBeGreaterThan(4);
      for (const line of naming)
        for (const part of line.split('--domain ').slice(1)) expect(part.startsWith(quoted)).toBe(true);
      expect(plan.virsh[1]).toContain(`-- ${quoted} > rescue.xml`);
    },
  );
});
