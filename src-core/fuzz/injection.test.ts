/** Text from a definition, or of a medium, stays text: in the rescue definition, in the commands, in whatever else a plan says. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import type { Element, Node } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { plain as plainText } from '../plain-text.ts';
import { UEFI, domainXml, inputs, medium } from '../rescue/inputs.test-support.ts';
import { planRescue } from '../rescue/plan.ts';
import type { RescuePlan } from '../rescue/plan-types.ts';
import type { MediumSpec, RescueInputs } from '../rescue/types.ts';
import { HOSTILE_TEXTS } from './hostile-text.test-support.ts';

/** Long enough, and plain enough, to be found again wherever it went. */
const PLAIN = 'plainword';
const UUID = '3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01';
const TEXTS = HOSTILE_TEXTS.filter((text) => text.trim() !== '' && text.trim() === text);

const escape = (text: string): string =>
  text.replace(/[<>&"'\n\t]/g, (character) => `&#${String(character.charCodeAt(0))};`);

/** A definition with one text in every place where a text may stand. */
function definition(text: string): string {
  const word = escape(text);
  const disk = `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/images/${word}'/><target dev='vda' bus='virtio'/><serial>${word}</serial></disk>`;
  const other = `<disk type='network' device='cdrom'><source protocol='https' name='${word}'><host name='${word}'/></source><target dev='sda' bus='sata'/></disk>`;
  const nic = `<interface type='network'><mac address='${word}'/><source network='${word}'/><boot order='2'/></interface>`;
  return domainXml({
    machine: 'pc-q35-7.2',
    os: UEFI.replace('guest_VARS', `${word}_VARS`).replace(
      "<boot dev='hd'/>",
      `<kernel>${word}</kernel><cmdline>${word}</cmdline>`,
    ),
    top: `<title>${word}</title><description>${word}</description>`,
    metadata: `<x:owner xmlns:x='urn:x' note='${word}'>${word}</x:owner>`,
    devices: disk.replace('<serial>', "<boot order='1'/><serial>") + other + nic,
  }).replace('<name>guest</name>', `<name>${word}</name>`);
}

function given(text: string, more: Partial<RescueInputs['request']> = {}): RescueInputs {
  const spec: MediumSpec = { kind: 'path', path: `/media/${text}` };
  const made = inputs({
    xml: definition(text),
    media: [medium({ spec, source: { type: 'file', file: `/media/${text}` } })],
    request: { fallThrough: 'none', ...more },
  });
  return {
    ...made,
    host: { ...made.host, uri: `qemu+ssh://${text}/system` },
    stamp: { id: text, startedAt: text, startedBy: text },
  };
}

/** Everything of a document but its texts, and they apart. */
function taken(xml: string): { readonly shape: string; readonly texts: readonly string[] } {
  const fail = (_level: string, message: string): void => {
    if (!message.startsWith('Unicode replacement')) throw new Error(message);
  };
  const normalizeLineEndings = (source: string) => source;
  const root = new DOMParser({ onError: fail, normalizeLineEndings }).parseFromString(xml, 'text/xml');
  const texts: string[] = [];
  const shape: string[] = [];
  const walk = (node: Node): void => {
    if (node.nodeType === 1) {
      shape.push(`<${node.nodeName}`);
      for (const { name, value } of (node as Element).attributes) {
        shape.push(name);
        texts.push(value);
      }
    } else if (node.nodeType !== 9) {
      shape.push(`#${String(node.nodeType)}`);
      texts.push(node.nodeValue ?? '');
    }
    for (let child = node.firstChild; child !== null; child = child.nextSibling) walk(child);
    shape.push('/');
  };
  walk(root);
  return { shape: shape.join(' '), texts };
}

/** Hashes and records are of other bytes where a text is another. */
const withoutDigests = (text: string): string =>
  text.replace(/^[0-9a-f]{64}$/, 'sha256').replace(/^[A-Za-z0-9+/]{400,}=*$/, 'base64');

function planned(request: RescueInputs): RescuePlan & { readonly rescueXml: string } {
  const plan = planRescue(request);
  expect(plan.refusals).toEqual([]);
  if (plan.rescueXml === null) throw new Error('no refusal, and no definition');
  return { ...plan, rescueXml: plan.rescueXml };
}

const KINDS = [{ session: 'one-shot' }, { session: 'until-ended' }] as const;

describe.each(KINDS)('in a session $session', (kind) => {
  const plain = planned(given(PLAIN, kind));

  it.each(TEXTS.map((text) => [JSON.stringify(text).slice(0, 60), text] as const))(
    '%s stays text in XML',
    (_name, text) => {
      if (text.includes('/')) {
        expectRefusedOrText(text);
        return;
      }
      expectSameXml(planned(given(text, kind)), text);
    },
  );

  /** A name with a slash is no name of a guest (libvirt refuses it): no path is made of it. */
  function expectRefusedOrText(text: string): void {
    expect(planRescue(given(text, kind)).refusals.map(({ code }) => code)).toEqual(['uefi-no-fall-through']);
    expectSameXml(
      planned(given(text, { ...kind, fallThrough: 'original' })),
      text,
      planned(given(PLAIN, { ...kind, fallThrough: 'original' })),
    );
  }

  function expectSameXml(plan: { readonly rescueXml: string }, text: string, like = plain): void {
    const hostile = taken(plan.rescueXml);
    const expected = taken(like.rescueXml);
    expect(hostile.shape).toBe(expected.shape);
    expect(hostile.texts.map(withoutDigests)).toEqual(
      expected.texts.map((one) => withoutDigests(one.replaceAll(PLAIN, () => text))),
    );
  }

  it('every text stays one word, or a part of one, in the commands', () => {
    const words = wordsOf(plain.virsh);
    expect(words.length).toBeGreaterThan(5);
    for (const text of TEXTS.filter((one) => !one.includes('/'))) {
      const { virsh } = planned(given(text, kind));
      // A name that no line can show is told by the guest's UUID: nobody could copy it.
      const name = plainText(text) === text ? text : UUID;
      const said = (word: string) => (word === PLAIN ? name : word.replaceAll(PLAIN, () => text));
      expect(wordsOf(virsh)).toEqual(words.map((line) => line.map(said)));
    }
  });
});

/**
 * The words that a real shell makes of the commands. Every program is a function that says with what it was called; nothing is run, and
 * the shell's folder must hold nothing but the files of the session afterwards.
 */
function wordsOf(lines: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'salvor-words-'));
  try {
    const script = [
      'exec 3>&1 >/dev/null 2>&1',
      String.raw`say() { printf '%s\0' "$@" >&3; printf '\n\0' >&3; }`,
      'virsh() { say virsh "$@"; echo -; }',
      ...['salvor', 'sed', 'sleep', 'touch', 'rm', 'reboot', 'id'].map((name) => `${name}() { say ${name} "$@"; }`),
      // Behind a pipe, at the same time as what stands before it; nothing of a definition is in their words.
      'base64() { :; }; awk() { :; }',
      ...lines,
    ].join('\n');
    const printed = execFileSync('sh', ['-s'], { cwd: folder, input: script, encoding: 'utf8' });
    for (const file of readdirSync(folder)) expect(['rescue.xml', 'session.xml', 'original.xml']).toContain(file);
    const found: string[][] = [[]];
    for (const word of printed.split('\0').slice(0, -1)) {
      if (word === '\n') found.push([]);
      else found.at(-1)?.push(word);
    }
    return found.slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('what XML has no characters for', () => {
  it.each(['\0', '\u001b[2J', '\ud800', '\uFFFE'])('in a medium (%j) is refused before anything is touched', (text) => {
    const { source } = medium();
    const specs: readonly MediumSpec[] = [
      { kind: 'path', path: `/media/${text}` },
      { kind: 'volume', pool: 'media', name: text },
      { kind: 'kernel', kernel: '/boot/vmlinuz', initrd: null, cmdline: text },
    ];
    for (const spec of specs)
      expect(planRescue(inputs({ media: [medium({ spec, source })] })).refusals.map(({ code }) => code)).toEqual([
        'medium-name',
      ]);
  });

  it('in the name of who starts it is replaced', () => {
    const stamp = { id: 'x', startedAt: 'now', startedBy: 'a\u0007b@desk' };
    const { rescueXml } = planned({ ...inputs(), stamp });
    expect(rescueXml).toContain('by="a\uFFFDb@desk"');
  });
});

describe('names that virsh takes for something else', () => {
  it.each(['7', '0012', '3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a02'])('a guest called %s is named by its UUID', (name) => {
    const xml = domainXml().replace('<name>guest</name>', `<name>${name}</name>`);
    const words = wordsOf(planned(inputs({ xml })).virsh).flat();
    expect(words).not.toContain(name);
    expect(words).toContain('3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01');
  });

  it('a sentence to be typed quotes what must be quoted', () => {
    const xml = domainXml().replace('<name>guest</name>', '<name>a; reboot</name>');
    const [refusal] = planRescue(inputs({ xml, domain: { managedSave: true } })).refusals;
    expect(refusal?.message).toContain("virsh managedsave-remove 'a; reboot'.");
  });
});

describe('paths of the session’s own variables', () => {
  const withNvram = (path: string) => domainXml({ os: UEFI.replace('/var/lib/nvram/guest_VARS.fd', path) });
  const codes = (xml: string) =>
    planRescue(inputs({ xml, request: { fallThrough: 'none' } })).refusals.map(({ code }) => code);

  it('lie beside the guest’s own, and nowhere else', () => {
    const own = '/var/lib/nvram/a b/guest_VARS.fd';
    const { scratchNvram } = planned(inputs({ xml: withNvram(own), request: { fallThrough: 'none' } }));
    expect(scratchNvram).toBe(`${own}.salvor-3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01`);
  });

  it.each([
    ['a relative path', withNvram('guest_VARS.fd')],
    ['a UUID that is a path', withNvram('/n').replace(/<uuid>.*<\/uuid>/, '<uuid>/../../etc/passwd</uuid>')],
    ['no UUID', withNvram('/n').replace(/<uuid>.*<\/uuid>/, '')],
    ['a name that is a path', withNvram('').replace('<name>guest', '<name>../../../etc/x')],
  ])('are not made of %s', (_what, xml) => {
    expect(codes(xml)).toEqual(['uefi-no-fall-through']);
  });
});
