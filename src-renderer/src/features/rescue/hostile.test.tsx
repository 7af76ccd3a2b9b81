/** Names come from hosts, definitions, media and files that anybody can write: on the page they are text, and nothing else. */
import { layoutsOf } from '../../../../src-core/disks/storage-layout.ts';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { previewRescue } from '../../../../src-core/rescue/plan.ts';
import { redactPlan } from '../../../../src-core/rescue/redact.ts';
import { HOST_FACTS, domainFacts } from '../../../harness/fake-facts.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld, row } from '../../../harness/fake-world.test-support.ts';
import { WEB, mediumFacts } from '../../../harness/guests.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

const MARKUP =
  '<script>alert(1)</script><img src=x onerror=alert(1)><a href="https://evil.example">here</a>{{bus}}$t(common.copy)';
/** Turns what follows around, breaks the line, rings the bell, hides itself. */
const TRICKS = '\u202egpj.osi\u202c\n\u0007\u200b';
const HOSTILE = `${MARKUP}${TRICKS}`;
const WRITTEN = '\\u202egpj.osi\\u202c\\u000a\\u0007\\u200b';
/** Of what is drawn: the invisible ones of them would change how the rest is read. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const FACTS = mediumFacts({ kind: 'path', path: `/srv/${HOSTILE}` });

/** A host on which everything that has a name has that one. */
function hostileSalvor() {
  const world = makeWorld();
  const own = row({ name: HOSTILE, title: HOSTILE });
  world.machines.set('demo/6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01', { row: own, xml: WEB, managedSave: false });
  // Control characters cannot stand in XML: there the name is as bad as it can be.
  const definitionXml = WEB.replace('<name>web-01</name>', `<name><![CDATA[${MARKUP}\u202egpj]]></name>`);
  const domain = domainFacts({ definitionXml, state: 'running', persistent: true, managedSave: false });
  const host = { ...HOST_FACTS, uri: `qemu+ssh://${HOSTILE}/system` };
  return fakeSalvor(world, {
    'pools.list': () => [
      {
        name: HOSTILE,
        type: 'dir',
        active: true,
        persistent: true,
        path: HOSTILE,
        capacity: null,
        allocation: null,
        available: null,
        problem: null,
      },
    ],
    'pools.names': () => [HOSTILE, 'second'],
    'pools.describe': () =>
      [HOSTILE, 'second'].map((name) => ({
        pool: HOSTILE,
        name,
        path: HOSTILE,
        format: HOSTILE,
        capacity: 1,
        allocation: 1,
        unfit: null,
        machines: [],
      })),
    'rescue.preview': ({ request, properties }) => {
      const media = request.media.map((spec) => ({
        ...FACTS,
        spec,
        content: FACTS.content === null ? null : { ...FACTS.content, label: HOSTILE },
        writers: [HOSTILE],
        properties,
      }));
      const { plan, choices } = previewRescue({ domain, host, media, request, room: [], stamp: null });
      const layouts = layoutsOf(domain.definitionXml, plan.rescueXml);
      return { plan: redactPlan(plan), layouts, choices, media };
    },
  });
}

/** What is in a field is as it was pasted. Nothing was made of a name but text, none of it can be followed, and none of it is out of sight. */
function expectTextAlone(): void {
  expect(document.querySelectorAll('script, img, iframe, object, embed, a, form[action], [onerror]')).toHaveLength(0);
  const leaves = [...document.body.querySelectorAll(':not(textarea)')].filter(
    (element) => element.children.length === 0,
  );
  const unseen = leaves.filter(({ textContent }) => UNSEEN.test(textContent)).map(({ className }) => className);
  expect(unseen).toEqual([]);
}

test('hostile names stay text in every part of the rescue page', async () => {
  const { user } = await renderWindow(hostileSalvor());
  await user.click(await screen.findByRole('option', { name: /script/ }));
  await user.click(await screen.findByRole('tab', { name: 'Rescue' }));
  await user.click(await screen.findByRole('radio', { name: /^<script/ }));
  await screen.findByRole('list', { name: /refusal/ });
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(WRITTEN);
  expectTextAlone();

  await user.click(screen.getByRole('button', { name: 'Add another' }));
  await user.click(await screen.findByRole('radio', { name: /^second/ }));
  const properties = screen.getByRole('textbox', { name: 'Image properties' });
  await user.click(properties);
  await user.paste(JSON.stringify({ properties: { hw_rescue_bus: HOSTILE, hw_rescue_device: MARKUP } }));
  await waitFor(() => expect(screen.getByText(/^hw_rescue_bus$/)).toBeInTheDocument());
  expectTextAlone();
  expect(screen.getByRole('list', { name: 'Media of this rescue' })).toHaveTextContent(WRITTEN);

  for (const tab of ['Why', 'virsh', 'Outcome']) {
    await user.click(within(screen.getByRole('region', { name: 'Preview' })).getByRole('tab', { name: tab }));
    expectTextAlone();
  }
  expect(document.body.textContent).toContain('<script>alert(1)</script>');
});

test('properties that are no words are not taken, whatever they look like', async () => {
  const { user } = await renderWindow(hostileSalvor());
  await user.click(await screen.findByRole('option', { name: /script/ }));
  await user.click(await screen.findByRole('tab', { name: 'Rescue' }));
  const properties = await screen.findByRole('textbox', { name: 'Image properties' });
  await user.click(properties);
  await user.paste(JSON.stringify({ properties: { [`hw_${MARKUP}`]: 'x', hw_disk_bus: { toString: HOSTILE } } }));
  expect(await screen.findByText(/^Not taken/)).toBeInTheDocument();
  expectTextAlone();
});
