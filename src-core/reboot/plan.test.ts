/** What a hard reboot's plan says of each state of each thing; every refusal and warning is brought about here. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseXml } from '../domain-xml/document.ts';
import { readDomain } from '../domain-xml/domain.ts';
import { domainArbitrary } from '../rescue/domain-arbitrary.test-support.ts';
import { DOMAIN_STATES } from '../rescue/types.ts';
import { dependenciesOf } from './dependencies.ts';
import { LUKS_DISK, MDEV, NETWORK, PCI, SECRET, SESSION, VOLUME_DISK, rebootInputs } from './inputs.test-support.ts';
import type { RebootParts } from './inputs.test-support.ts';
import { planReboot } from './plan.ts';
import { REBOOT_REFUSALS, REBOOT_SENTENCES, REBOOT_WARNINGS } from './texts.ts';
import { DEPENDENCY_STATES, REBOOT_SESSIONS } from './types.ts';
import type { DependencyState, RebootAction, RebootInputs } from './types.ts';

const plan = (parts: RebootParts = {}) => planReboot(rebootInputs(parts));
const USB = `<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>`;
const codes = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code);
const FORCE = { how: 'force', timeoutSeconds: 60, onTimeout: 'force' } as const;
const OTHER = "<rescue xmlns='urn:salvor:rescue:2' version='2'/>";
const domainOf = (metadata: string) => ({
  liveXml: `<domain type='kvm'><name>guest</name><metadata>${metadata}</metadata><os><type>hvm</type></os></domain>`,
});

const REFUSALS: Readonly<Record<keyof typeof REBOOT_REFUSALS, RebootParts>> = {
  'reboot-read-only': { host: { readOnly: true } },
  'reboot-transient': { domain: { persistent: false } },
  'reboot-transient-end': { session: { ...SESSION, transient: true }, request: { session: 'end' } },
  'reboot-saved-memory': { domain: { managedSave: true, state: 'shutoff' } },
  'reboot-half': { domain: { state: 'paused' }, pausedReason: 'post-copy failed' },
  'reboot-job': { domain: { job: 'unbounded' } },
  'reboot-block-job': { domain: { blockJobs: ['vda'] } },
  'reboot-other-version': { domain: domainOf(OTHER) },
  'reboot-secret-needed': { devices: LUKS_DISK, states: { [`secret ${SECRET}`]: 'missing' } },
  'reboot-secret-unknown': { secretsGiven: [SECRET] },
  'reboot-blocked': { devices: NETWORK, states: { 'network lan': 'missing' } },
};

const WARNINGS: Readonly<Record<keyof typeof REBOOT_WARNINGS, RebootParts>> = {
  'reboot-forced': { request: { stop: FORCE } },
  'reboot-may-be-forced': { request: { stop: { ...FORCE, how: 'graceful' } } },
  'reboot-crashed': { domain: { state: 'crashed' }, control: 'occupied', request: { stop: FORCE } },
  'reboot-occupied': { control: 'occupied' },
  'reboot-pending': {
    devices: NETWORK,
    domain: {
      liveXml: "<domain type='kvm' id='1'><name>guest</name><os><type>hvm</type></os><devices/></domain>",
    },
  },
  'reboot-overlay-lost': {
    session: { ...SESSION, kind: 'until-ended' },
    domain: {
      liveXml:
        "<domain type='kvm' id='1'><name>guest</name><os><type>hvm</type></os><devices><disk type='file'><source file='/i/a.TRANSIENT-guest'/><target dev='vda' bus='virtio'/><transient/></disk></devices></domain>",
    },
  },
  'reboot-device-shared': { devices: USB, found: { sharedWith: ['other'] } },
  'reboot-pool-shared': {
    devices: VOLUME_DISK,
    states: { 'pool images': 'stale' },
    found: { sharedWith: ['other'] },
  },
  'reboot-value-unknown': { devices: LUKS_DISK, states: { [`secret ${SECRET}`]: 'value-unknown' } },
  'reboot-secret-replaced': { devices: LUKS_DISK, secretsGiven: [SECRET] },
  'reboot-one-shot-may-end': { session: SESSION },
};

describe('refusals', () => {
  test.each(Object.entries(REFUSALS))('%s', (code, parts) => {
    const { refusals } = plan(parts);
    expect(codes(refusals)).toEqual([code]);
    expect(refusals[0]?.message).not.toMatch(/\{\{|undefined/);
  });

  it('has a row for every code', () => {
    expect(Object.keys(REFUSALS)).toEqual(Object.keys(REBOOT_REFUSALS));
    expect(Object.keys(WARNINGS)).toEqual(Object.keys(REBOOT_WARNINGS));
  });
});

describe('warnings', () => {
  test.each(Object.entries(WARNINGS))('%s', (code, parts) => {
    const { warnings } = plan(parts);
    expect(codes(warnings)).toEqual([code]);
    expect(warnings[0]?.message).not.toMatch(/\{\{|undefined/);
  });

  test.each([
    ['running', 'ok', 'reboot-may-be-forced'],
    ['blocked', null, 'reboot-may-be-forced'],
    ['running', 'occupied', 'reboot-forced'],
    ['paused', 'ok', 'reboot-forced'],
    ['pmsuspended', 'ok', 'reboot-forced'],
  ] as const)('%s, its monitor %s: says %s, where force follows a wait', (state, control, code) => {
    const { warnings } = plan({ domain: { state }, control, request: { stop: { ...FORCE, how: 'graceful' } } });
    expect(codes(warnings)).toContain(code);
    expect(codes(warnings).filter((each) => each.endsWith('forced'))).toHaveLength(1);
  });

  it('are none of a plain guest, nor of one that is off whatever the stop', () => {
    expect(plan().warnings).toEqual([]);
    expect(plan({ domain: { state: 'shutoff' }, control: null, request: { stop: FORCE } }).warnings).toEqual([]);
  });
});

describe('what is done about each', () => {
  const devices = `${VOLUME_DISK}${NETWORK}${MDEV}`;
  const mdev = 'mediated-device c60f3d9c-1111-4222-8333-000000000001';
  const TABLE: readonly (readonly [string, DependencyState, RebootAction, string])[] = [
    ['pool images', 'ready', 'none', ''],
    ['pool images', 'inactive', 'start-pool', ''],
    ['pool images', 'stale', 'refresh-pool', ''],
    ['pool images', 'missing', 'blocked', 'there is no pool images'],
    ['pool images', 'unreachable', 'blocked', 'the pool images does not answer'],
    ['volume images/a.raw', 'stale', 'check', ''],
    ['volume images/a.raw', 'missing', 'blocked', 'there is no volume images/a.raw'],
    ['volume images/a.raw', 'not-checked', 'none', ''],
    ['network lan', 'inactive', 'start-network', ''],
    ['network lan', 'stale', 'restart-network', ''],
    ['network lan', 'missing', 'blocked', 'there is no network lan'],
    ['network lan', 'not-checked', 'none', ''],
    [mdev, 'inactive', 'create-device', ''],
    [mdev, 'missing', 'blocked', 'is not there'],
    [mdev, 'not-checked', 'none', ''],
  ];
  test.each(TABLE)('%s is %s: %s', (key, state, action, why) => {
    const { dependencies, refusals } = plan({ devices, states: { [key]: state } });
    const found = dependencies.find(({ kind, name }) => `${kind} ${name}` === key);
    expect(found?.action).toBe(action);
    expect(refusals.map(({ message }) => message).join()).toContain(why);
    expect(refusals).toHaveLength(action === 'blocked' ? 1 : 0);
    expect([found?.now.text, found?.does.text].join()).not.toMatch(/\{\{|undefined/);
  });

  it('looks for a volume only behind a pool that is set up', () => {
    for (const state of ['inactive', 'stale'] as const) {
      const { dependencies } = plan({
        devices,
        states: { 'pool images': state, 'volume images/a.raw': 'not-checked' },
      });
      expect(dependencies.find(({ kind }) => kind === 'volume')?.action).toBe('check');
    }
  });

  it('looks for an image behind a pool of its own, too', () => {
    const disk = LUKS_DISK.replace('</disk>', '</disk>' + VOLUME_DISK.replace('vda', 'vdb'));
    const made = (pool: DependencyState) =>
      plan({
        devices: disk,
        states: { 'pool images': pool, 'image /i/l.qcow2': 'missing' },
        found: { of: 'images' },
      }).dependencies.find(({ kind }) => kind === 'image')?.action;
    expect(made('inactive')).toBe('check');
    expect(made('ready')).toBe('blocked');
  });

  it('never stops a network under other guests', () => {
    const { refusals, virsh } = plan({
      devices: NETWORK,
      states: { 'network lan': 'stale' },
      found: { sharedWith: ['neighbour'] },
    });
    expect(refusals[0]?.message).toContain('neighbour');
    expect(virsh.join()).not.toContain('net-destroy');
  });

  it('starts the network whose bridge is missing', () => {
    const bridge = `<interface type='bridge'><source bridge='virbr0'/></interface>`;
    const { dependencies } = plan({
      devices: bridge,
      states: { 'bridge virbr0': 'inactive' },
      found: { of: 'default' },
    });
    expect(dependencies[0]).toMatchObject({ action: 'start-network', does: { params: { network: 'default' } } });
  });

  it('lets libvirt leave an optional medium out, and make UEFI variables anew', () => {
    const optional = `<disk type='file' device='cdrom'><source file='/i/a.iso' startupPolicy='optional'/><target dev='sda' bus='sata'/></disk>`;
    const os = "<loader readonly='yes' type='pflash'>/f</loader><nvram>/n</nvram>";
    const { refusals, dependencies } = plan({
      devices: optional,
      os,
      states: { 'image /i/a.iso': 'missing', 'nvram /n': 'missing' },
    });
    expect(refusals).toEqual([]);
    expect(dependencies.map(({ does }) => does.code)).toEqual([
      'reboot-does-left-out',
      'reboot-does-nothing',
      'reboot-does-made',
    ]);
  });
});

describe('secrets', () => {
  const key = `secret ${SECRET}`;
  test.each([
    ['missing', [], true, false, 'define-secret', 1],
    ['missing', [SECRET], true, true, 'define-secret', 0],
    ['no-value', [], true, false, 'set-secret', 1],
    ['no-value', [SECRET], true, true, 'set-secret', 0],
    ['value-unknown', [], false, false, 'none', 0],
    ['value-unknown', [SECRET], false, true, 'set-secret', 0],
  ] as const)('%s, given %j', (state, secretsGiven, required, given, action, refused) => {
    const { secrets, dependencies, refusals } = plan({ devices: LUKS_DISK, states: { [key]: state }, secretsGiven });
    expect(secrets).toEqual([
      { uuid: SECRET, usage: 'volume /i/l.qcow2', users: ['vda'], define: state === 'missing', required, given },
    ]);
    expect(dependencies.find(({ kind }) => kind === 'secret')?.action).toBe(action);
    expect(refusals).toHaveLength(refused);
  });

  it('asks for none that has a value; one that is given all the same is set', () => {
    expect(plan({ devices: LUKS_DISK })).toMatchObject({ secrets: [], refusals: [] });
    const { dependencies } = plan({ devices: LUKS_DISK, secretsGiven: [SECRET] });
    expect(dependencies.find(({ kind }) => kind === 'secret')?.action).toBe('set-secret');
  });

  test.each([
    ['ready', 'reboot-does-replace-secret', 'has a value', 'reboot-keeps-other-secrets'],
    ['value-unknown', 'reboot-does-replace-secret', 'may have a value', 'reboot-keeps-other-secrets'],
    ['no-value', 'reboot-does-set-secret', null, 'reboot-keeps-secrets'],
  ] as const)(
    'a value for one that is %s: what it replaces is said, and what stays is true',
    (state, does, has, kept) => {
      const given = plan({ devices: LUKS_DISK, states: { [key]: state }, secretsGiven: [SECRET] });
      expect(given.dependencies.find(({ kind }) => kind === 'secret')?.does.code).toBe(does);
      expect(codes(given.untouched)).toContain(kept);
      if (has === null) expect(codes(given.warnings)).not.toContain('reboot-secret-replaced');
      else expect(given.warnings[0]?.message).toContain(`The secret ${SECRET} ${has}`);
    },
  );

  it('a rescue for one run may end, where it is kept and the guest runs', () => {
    const may = (parts: RebootParts) => codes(plan({ session: SESSION, ...parts }).warnings);
    expect(may({})).toContain('reboot-one-shot-may-end');
    expect(may({ request: { session: 'end' } })).not.toContain('reboot-one-shot-may-end');
    expect(may({ session: { ...SESSION, kind: 'until-ended' } })).not.toContain('reboot-one-shot-may-end');
  });

  it('cannot define one that the definition names by its use alone', () => {
    const disk = `<disk type='network'><source protocol='rbd' name='p/i'><host name='m'/></source><auth username='u'><secret type='ceph' usage='mine'/></auth><target dev='vda' bus='virtio'/></disk>`;
    for (const state of ['missing', 'no-value'] as const) {
      const { refusals, secrets } = plan({ devices: disk, states: { 'secret ceph mine': state } });
      expect(codes(refusals)).toEqual(['reboot-blocked']);
      expect(refusals[0]?.message).toContain('names it without a UUID');
      expect(secrets).toEqual([]);
    }
  });
});

describe('steps', () => {
  const ids = (parts: RebootParts) => plan(parts).steps.map(({ id }) => id);
  const devices = `${VOLUME_DISK}${LUKS_DISK.replace('vda', 'vdb')}${NETWORK}${PCI}`;

  it('has those for which there is something to look at', () => {
    expect(ids({ devices })).toEqual([
      ...['check', 'secrets', 'pools', 'stop', 'networks', 'devices', 'start', 'verify'],
    ]);
    expect(ids({ devices: '' })).toEqual(['check', 'stop', 'start', 'verify']);
    expect(ids({ devices: '', domain: { state: 'shutoff' } })).toEqual(['check', 'start', 'verify']);
  });

  it('says what becomes of a rescue', () => {
    const lasting = { ...SESSION, kind: 'until-ended' } as const;
    const text = (parts: RebootParts) => plan(parts).steps.find(({ id }) => id === 'start')?.what.code;
    expect(plan().session).toBeNull();
    expect(plan({ session: SESSION }).session?.code).toBe('reboot-session-kept');
    expect(text({ session: SESSION })).toBe('reboot-step-start-session');
    expect(text({ session: lasting })).toBe('reboot-step-start-defined');
    const ended = { session: lasting, domain: { state: 'shutoff' }, request: { session: 'end' } } as const;
    expect(text(ended)).toBe('reboot-step-start');
    expect(plan(ended).session?.code).toBe('reboot-session-ended-defined');
    expect(plan({ session: SESSION, request: { session: 'end' } }).session?.code).toBe('reboot-session-ended');
    // Also of a machine that is off: its definition is put back.
    expect(ids(ended)).toEqual(['check', 'pools', 'stop', 'start', 'verify']);
  });

  it.each([
    ['one-shot', 'keep', 'reboot-keeps-definition', 'reboot-step-verify-session'],
    ['one-shot', 'end', 'reboot-keeps-definition', 'reboot-step-verify'],
    ['until-ended', 'keep', 'reboot-keeps-definition', 'reboot-step-verify'],
    ['until-ended', 'end', 'reboot-keeps-own-definition', 'reboot-step-verify-own'],
  ] as const)('says of which definition it is that stays: %s rescue, %s', (kind, session, kept, verify) => {
    const made = plan({ session: { ...SESSION, kind }, request: { session } });
    expect(codes(made.untouched).filter((code) => code.endsWith('-definition'))).toEqual([kept]);
    expect(made.steps.find(({ id }) => id === 'verify')?.what.code).toBe(verify);
  });

  it('gives the commands', () => {
    const { virsh } = plan({
      devices,
      states: { 'pool images': 'inactive', [`secret ${SECRET}`]: 'missing', 'network lan': 'inactive' },
      request: { stop: FORCE },
    });
    expect(virsh).toEqual([
      expect.stringContaining(`<uuid>${SECRET}</uuid><usage type='\\''volume'\\''>`),
      expect.stringMatching(/ secret-set-value .* --file FILE --plain$/),
      expect.stringMatching(/ pool-start images$/),
      expect.stringMatching(/ destroy --domain guest$/),
      expect.stringMatching(/ net-start lan$/),
      expect.stringMatching(/ start --domain guest$/),
    ]);
    const once = plan({ session: SESSION }).virsh.join('\n');
    expect(once).toMatch(/dumpxml --migratable[^]*shutdown[^]*create session.xml/);
    const end = plan({ session: SESSION, request: { session: 'end' } }).virsh.join('\n');
    expect(end).toMatch(/salvor end[^]* start /);
  });
});

describe('the fingerprint', () => {
  const print = (parts: RebootParts) => plan(parts).fingerprint.inputs;
  const devices = LUKS_DISK;
  it('is another one where the machine or what it depends on is', () => {
    const same = print({ devices });
    for (const other of [
      { devices: VOLUME_DISK },
      { devices, states: { 'image /i/l.qcow2': 'missing' } },
      { devices, domain: { state: 'shutoff' } },
      { devices, domain: { job: 'bounded' } },
      { devices, session: SESSION },
      { devices, request: { stop: FORCE } },
      { devices, found: { sharedWith: ['x'] } },
    ] as const)
      expect(print(other), JSON.stringify(other)).not.toBe(same);
  });

  it('is the same whichever values are at hand, and however the monitor fares', () => {
    expect(print({ devices, secretsGiven: [SECRET] })).toBe(print({ devices }));
    expect(print({ devices, control: 'occupied' })).toBe(print({ devices }));
    expect(print({ devices, domain: { state: 'blocked' } })).toBe(print({ devices }));
  });
});

const stateArbitrary = fc.constantFrom(...DEPENDENCY_STATES);

const inputsArbitrary: fc.Arbitrary<RebootInputs> = fc
  .record({
    domain: domainArbitrary({ noise: false }),
    states: fc.array(stateArbitrary, { minLength: 1, maxLength: 8 }),
    state: fc.constantFrom(...DOMAIN_STATES),
    flags: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
    session: fc.constantFrom(null, SESSION, { ...SESSION, kind: 'until-ended' as const }),
    keep: fc.constantFrom(...REBOOT_SESSIONS),
    given: fc.constantFrom<readonly string[]>([], [SECRET]),
  })
  .map(({ domain, states, state, flags, session, keep, given }) => {
    const base = rebootInputs({ domain: { definitionXml: domain.xml, state } });
    const found = dependenciesOf(parseXml(domain.xml)).map((dependency, index) => ({
      ...dependency,
      state: states[index % states.length] ?? 'ready',
      detail: null,
      sharedWith: index % 3 === 0 && flags[0] ? ['neighbour'] : [],
    }));
    return {
      ...base,
      domain: { ...base.domain, persistent: flags[1], managedSave: flags[2] },
      ...{ found, session, secretsGiven: given, control: flags[3] ? 'ok' : 'occupied' },
      request: { ...base.request, session: keep },
    };
  });

describe('of any guest, with anything in any state', () => {
  it('plans, always the same, and changes no inputs', () => {
    fc.assert(
      fc.property(inputsArbitrary, (inputs) => {
        const before = JSON.stringify(inputs);
        const made = planReboot(inputs);
        expect(planReboot(inputs)).toEqual(made);
        expect(JSON.stringify(inputs)).toBe(before);
        expect(made.dependencies).toHaveLength(inputs.found.length);
        const texts = [made.refusals, made.warnings, made.untouched, made.steps, made.session];
        expect(JSON.stringify(texts)).not.toMatch(/\{\{/);
        expect(made.domain.name).toBe(readDomain(parseXml(inputs.domain.definitionXml)).name);
        const blocked = made.dependencies.filter(({ action }) => action === 'blocked');
        expect(made.refusals.filter(({ code }) => code === 'reboot-blocked')).toHaveLength(blocked.length);
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing on a host where everything is ready', () => {
    fc.assert(
      fc.property(inputsArbitrary, (inputs) => {
        const ready = inputs.found.map((dependency) => ({ ...dependency, state: 'ready' as const, sharedWith: [] }));
        const { dependencies, secrets, refusals } = planReboot({ ...inputs, found: ready, secretsGiven: [] });
        expect(dependencies.every(({ action }) => action === 'none')).toBe(true);
        expect(secrets).toEqual([]);
        expect(codes(refusals)).not.toContain('reboot-blocked');
      }),
      { numRuns: 100 },
    );
  });
});

it('ends no sentence that stands in a column with a full stop', () => {
  for (const [code, text] of Object.entries(REBOOT_SENTENCES))
    if (/^reboot-(?:is|does|keeps|step)-/.test(code)) expect(text, code).not.toMatch(/\.$/);
});
