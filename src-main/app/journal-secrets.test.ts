/** Whatever the guest, the request and the way it ended: no password in a file of the journal, in what leaves it, or in a log. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { historyDocument, historyReport } from '../../src-core/journal/report.ts';
import type { BeganRecord } from '../../src-core/journal/types.ts';
import { domainArbitrary } from '../../src-core/rescue/domain-arbitrary.test-support.ts';
import { seedOfRun } from '../../src-core/rescue/plan-runs.test-support.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import { redactText } from '../../src-core/rescue/redact.ts';
import { REQUEST, UUID } from './fake-hypervisor.test-support.ts';
import { createJournal } from './journal.ts';

let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'salvor-secrets-'));
});
afterAll(() => rm(state, { recursive: true }));

/** A word that stands nowhere else, and what XML and addresses make it hard to find with. */
const secretArbitrary = fc
  .record({
    word: fc.uuid(),
    before: fc.constantFrom('', 'a:', 'x y ', '<', '&amp;', 'ä', 'p@'),
    after: fc.constantFrom('', "'", '"', '>', ' ', '\u202e', '%40', ':z'),
  })
  .map(({ word, before, after }) => ({ word, text: `${before}${word}${after}` }));

/** As libvirt writes it. */
const escaped = (text: string, quote: "'" | '"' | '') =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(quote === '' ? '\u0000' : quote, quote === "'" ? '&apos;' : '&quot;');

function withSecret(xml: string, secret: string, quote: "'" | '"'): string {
  const graphics = (type: string) =>
    `<graphics type='${type}' port='-1' passwd=${quote}${escaped(secret, quote)}${quote}/>`;
  const cookie = `<cookie name='session'>${escaped(secret, '')}</cookie>`;
  const disk = `<disk type='network'><source protocol='https' name='x'><host name='h'/><cookies>${cookie}</cookies></source></disk>`;
  const somebodys = `<metadata><app:x xmlns:app='urn:x' password='${escaped(secret, "'")}'/></metadata>`;
  return xml
    .replace('</devices>', () => `${graphics('vnc')}${graphics('spice')}${disk}</devices>`)
    .replace(/<\/domain>\s*$/, () => `${somebodys}</domain>`);
}

const encoded = (secret: string) => encodeURIComponent(secret).replaceAll("'", '%27');

test('a record, what is exported, and what is logged', { timeout: 120_000 }, async () => {
  let graphicsPasswords = 0;
  await fc.assert(
    fc.asyncProperty(
      domainArbitrary({ noise: false }),
      secretArbitrary,
      fc.constantFrom("'", '"'),
      fc.uuid(),
      async ({ xml }, secret, quote, id) => {
        const definitionXml = withSecret(xml, secret.text, quote);
        const address = `https://admin:${encoded(secret.text)}@media.example/rescue.iso`;
        const folder = join(state, id);
        const journal = createJournal({ folder, now: () => new Date() });
        const began: Omit<BeganRecord, 'type' | 'version' | 'at'> = {
          id,
          kind: 'rescue',
          by: 'tester@here',
          host: { uri: `qemu+tcp://root:${encoded(secret.text)}@host/system`, hostname: 'host' },
          domain: { uuid: UUID, name: 'web' },
          session: { id, kind: 'one-shot', transient: false },
          order: {
            kind: 'rescue',
            request: {
              ...REQUEST,
              media: [
                { kind: 'url', url: address },
                { kind: 'kernel', kernel: '/boot/vmlinuz', initrd: null, cmdline: `inst.ks=${address} quiet` },
              ],
            },
            properties: { os_admin_password: secret.text, hw_rescue_bus: 'usb' },
          },
          before: {
            state: 'running',
            persistent: true,
            autostart: false,
            definition: hashDefinition(definitionXml),
            definitionXml,
          },
          rescueDefinition: null,
          steps: [{ id: 'start', text: `Start it from ${address}` }],
          files: [],
        };
        const writer = await journal.begin(began);
        await writer.step('start', 'running');
        await writer.note(`cannot open ${address}: 403`);
        await writer.ended({
          outcome: 'failed',
          code: 'start-failed',
          message: `libvirt says: cannot open ${address}.`,
          unchanged: `${address} was not touched.`,
          definition: null,
        });
        const [name = ''] = await readdir(folder);
        const file = await readFile(join(folder, name), 'utf8');
        const entry = await journal.entry(id);
        expect(hashDefinition(entry.began.before.definitionXml)).toBe(began.before.definition);
        const passwords = [...definitionXml.matchAll(/passwd=(["'])(.+?)\1/g)].map(([, , password = '']) => password);
        graphicsPasswords += passwords.filter((password) => !password.includes(secret.word)).length;
        // What somebody else wrote into the metadata is theirs: libvirt shows it to everybody, and it is needed to define the guest again.
        const recorded = file.replace(/<metadata><app:x .*?<\/metadata>/, '');
        const out = [
          JSON.stringify(historyDocument([entry], [])),
          historyReport([entry], []),
          redactText(definitionXml),
          redactText(JSON.stringify(began.order.kind === 'rescue' ? began.order.request : null)),
        ];
        for (const text of [recorded, ...out])
          for (const word of [secret.word, ...passwords])
            if (text.includes(word)) throw new Error(`${word} in ${text}`);
        await rm(folder, { recursive: true });
      },
    ),
    { numRuns: 150, seed: seedOfRun() },
  );
  // A generator that makes no passwords of its own would prove less.
  expect(graphicsPasswords).toBeGreaterThan(5);
});
