/**
 * The services in one long-lived process, as the window has them, with the real libvirt adapter and without Electron: asked by the soak
 * over IPC, channel by channel. Started with --expose-gc.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { openJournal } from '../../src-main/app/journal.ts';
import { openLibrary } from '../../src-main/app/library/store.ts';
import { createServices } from '../../src-main/app/services.ts';
import type { Handlers } from '../../src-main/app/services.ts';
import { createSettings } from '../../src-main/app/settings.ts';
import { openHypervisor } from '../../src-main/libvirt/load.ts';
import { HOST_ID } from './soak-client.ts';
import type { Answer, Figures, Question } from './soak-client.ts';

const uri = process.argv[2] ?? '';
let stored: unknown = {};
const services = createServices({
  open: openHypervisor,
  builtinHosts: [{ id: HOST_ID, name: 'soak', uri, readOnly: false, builtin: true }],
  settings: createSettings({ read: () => stored, write: (value) => (stored = value) }),
  settingsChanged: () => undefined,
  emit: () => undefined,
  log: {
    info: () => undefined,
    warn: (message, error) => console.error(message, error ?? ''),
    error: (message, error) => console.error(message, error ?? ''),
  },
  newId: randomUUID,
  now: () => new Date(),
  user: 'soak@testhost',
  info: { version: '0', platform: process.platform, asRoot: true },
  journal: openJournal(),
  library: openLibrary(),
  saveFile: () => Promise.resolve(null),
  files: { choose: () => Promise.resolve([]), target: () => Promise.resolve(null) },
});

process.on('message', (question: Question) => {
  void answer(question).then((reply) => process.send?.(reply));
});

async function answer({ number, channel, input }: Question): Promise<Answer> {
  try {
    if (channel === 'figures') return { number, value: await figures() };
    const handler = services.handlers[channel as keyof Handlers] as (given: unknown) => unknown;
    return { number, value: (await handler(input)) ?? null };
  } catch (error) {
    const { data } = error as { data?: { code: string; message: string } };
    return { number, problem: data === undefined ? String(error) : `${data.code}: ${data.message}` };
  }
}

async function figures(): Promise<Figures> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('started without --expose-gc');
  // Handles of libvirt objects are let go of by finalizers, which run some turns after the collection.
  for (let turn = 0; turn < 4; turn += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  return {
    rss,
    heapTotal,
    heapUsed,
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    children: children.split(' ').filter((pid) => pid !== '').length,
  };
}
