/** What the window can ask of a machine's power, and of hard reboots: one handler a channel. */
import type { MachineKey, MachineRow } from '../../src-core/contract/schemas.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import type { RebootInputs } from '../../src-core/reboot/types.ts';
import { redactStrings } from '../../src-core/rescue/redact.ts';
import type { Connected } from './hosts.ts';
import type { Journal } from './journal-port.ts';
import type { Operations } from './operations.ts';
import { actOnPower, powerStep } from './reboot/power.ts';
import { previewReboot } from './reboot/preview.ts';
import { hardReboot } from './reboot/run.ts';
import { remembered } from './remembered.ts';
import type { Handlers } from './services.ts';

export type PowerChannel = 'power.act' | 'reboot.preview' | 'reboot.start';

export interface PowerHandlersOptions {
  readonly operations: Operations;
  readonly journal: Journal;
  readonly newId: () => string;
  /** user@workstation */
  readonly user: string;
  /** Throws not-connected and domain-not-found. */
  readonly machine: (key: MachineKey) => { readonly host: Connected; readonly row: MachineRow };
}

/** How many previews are remembered, so that drift can be named. */
const REMEMBERED = 20;

export function createPowerHandlers(options: PowerHandlersOptions): Pick<Handlers, PowerChannel> {
  const { operations, journal, newId, user: by, machine } = options;
  const previews = remembered<RebootInputs>(REMEMBERED);
  return {
    'power.act': ({ machine: key, action, way }) => {
      const { host, row } = machine(key);
      const domain = { uuid: row.uuid, name: row.name };
      return operations.start('power', key, row.name, powerStep(action, row.name), (report, signal) =>
        actOnPower(host.hypervisor, domain, action, way, report, signal),
      );
    },
    'reboot.preview': async ({ machine: key, request, secrets }) => {
      const { host, row } = machine(key);
      const { plan, inputs } = await previewReboot(host.hypervisor, row.uuid, request, secrets);
      previews.keep(plan.fingerprint.inputs, inputs);
      return redactStrings(plan);
    },
    'reboot.start': ({ machine: key, request, secrets: given, fingerprint }) => {
      const { host, row } = machine(key);
      const domain = { uuid: row.uuid, name: row.name };
      const confirmed = { fingerprint, inputs: previews.of(fingerprint) };
      const secrets = new Map(given.map(({ uuid, value }) => [uuid, Uint8Array.from(Buffer.from(value, 'base64'))]));
      const first = { id: 'check', text: sentence('reboot-step-check').text };
      return operations.start('hard-reboot', key, row.name, first, async (report, signal) => {
        const order = { domain, request, secrets, confirmed, by, newId, journal };
        try {
          return (await hardReboot(host.hypervisor, order, report, signal)).notes;
        } finally {
          for (const value of secrets.values()) value.fill(0);
        }
      });
    },
  };
}
