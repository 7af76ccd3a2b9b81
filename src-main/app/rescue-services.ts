/** What the window can ask of rescues: one handler a channel. */
import type { AppEvent, MachineKey, MachineRow } from '../../src-core/contract/schemas.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import { stopSentence } from '../../src-core/rescue/steps.ts';
import { createAttachments } from './attachments.ts';
import { endRescue } from './end-run.ts';
import type { Connected, Hosts } from './hosts.ts';
import type { Journal } from './journal-port.ts';
import { rememberUse } from './library/changes.ts';
import { propertiesInRescue } from './library/in-rescue.ts';
import type { LibraryStore } from './library/store.ts';
import type { Operations } from './operations.ts';
import { createPreviews } from './preview.ts';
import { runRescue } from './rescue-run.ts';
import type { Handlers } from './services.ts';
import type { SettingsService } from './settings.ts';

export type RescueChannel = Extract<keyof Handlers, `rescue.${string}`>;

export interface RescueHandlersOptions {
  readonly hosts: Hosts;
  readonly operations: Operations;
  readonly settings: SettingsService;
  readonly library: LibraryStore;
  readonly journal: Journal;
  readonly emit: (event: AppEvent) => void;
  readonly newId: () => string;
  readonly now: () => Date;
  /** user@workstation */
  readonly user: string;
  /** Throws not-connected and domain-not-found. */
  readonly machine: (key: MachineKey) => { readonly host: Connected; readonly row: MachineRow };
}

export function createRescueHandlers(options: RescueHandlersOptions): Pick<Handlers, RescueChannel> {
  const { hosts, operations, settings, emit, now, user, machine } = options;
  const previews = createPreviews(() => now().getTime());
  const attachments = createAttachments(settings);
  return {
    'rescue.preview': async ({ machine: key, request, properties: given }) => {
      const { host, row } = machine(key);
      const properties = await propertiesInRescue(options.library, host.entry.uri, request.media[0], given);
      const remembered = attachments.of(host.entry.uri, request.media[0]);
      return previews.preview(host.hypervisor, row.uuid, {
        ...{ request, properties, remembered },
        elsewhere: hosts.elsewhere(key.hostId),
      });
    },
    'rescue.start': ({ machine: key, request, properties: given, fingerprint }) => {
      const { host, row } = machine(key);
      // Whatever comes of it, the next preview shows how things are then.
      previews.forget(host.hypervisor);
      const domain = { uuid: row.uuid, name: row.name };
      const confirmed = { fingerprint, inputs: previews.inputsOf(fingerprint) };
      // What was previewed, with what the library said then.
      const { remembered = null, properties = given } = confirmed.inputs?.media[0] ?? {};
      const stamp = { id: options.newId(), startedAt: now().toISOString(), startedBy: user };
      return operations.start(
        'rescue',
        key,
        row.name,
        { id: 'check', text: sentence('step-check').text },
        async (report, signal) => {
          const plan = await runRescue(
            host.hypervisor,
            {
              ...{ domain, request, properties, remembered, confirmed, stamp },
              ...{ elsewhere: hosts.elsewhere(key.hostId), journal: options.journal },
            },
            { ...report, planned: () => undefined },
            signal,
          );
          attachments.remember(host.entry.uri, plan);
          const used = { uri: host.entry.uri, spec: request.media[0], domain: row.name, at: now().toISOString() };
          if (await rememberUse(options.library, used)) emit({ type: 'library-changed' });
          return [];
        },
      );
    },
    'rescue.end': ({ machine: key, stop, power, record }) => {
      const { host, row } = machine(key);
      const domain = { uuid: row.uuid, name: row.name };
      const first = stopSentence(row.name, stop);
      return operations.start('end', key, row.name, { id: 'stop', text: first.text }, async (report, signal) => {
        const chosen = record === null ? {} : { record };
        const order = { domain, stop, power, by: user, journal: options.journal, ...chosen };
        const { variables, notes } = await endRescue(host.hypervisor, order, report, signal);
        return variables === null ? notes : [...notes, variables];
      });
    },
  };
}
