/** The plain actions on a domain, and how its hypervisor process fares. */
import type { Domain } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { hasCode, unsupported } from './error-mapping.ts';
import { stateName, undefine } from './libvirt-domains.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { Hypervisor, ShutdownWay } from './port.ts';

type PowerMethods = Pick<
  Hypervisor,
  | 'domainReason'
  | 'controlState'
  | 'rebootDomain'
  | 'resetDomain'
  | 'pauseDomain'
  | 'resumeDomain'
  | 'forgetDomain'
  | 'setAutostart'
>;

export function powerMethods(link: Link): PowerMethods {
  const on = <T>(uuid: string, call: (domain: Domain) => Promise<T>): Promise<T> =>
    link.guard(uuid, async () => call(await link.domain(uuid)));
  return {
    domainReason: (uuid) =>
      on(uuid, async (domain) => {
        const { state, reason } = await domain.state();
        return { state: stateName(state), reason: REASONS[state]?.[reason] ?? null };
      }),
    controlState: (uuid) =>
      on(uuid, async (domain) => {
        const info = await orNull(notTold, domain.controlInfo());
        return info === null ? null : (CONTROL[info.state] ?? null);
      }),
    rebootDomain: (uuid, way) => on(uuid, (domain) => reboot(domain, way)),
    resetDomain: (uuid) => on(uuid, (domain) => domain.reset()),
    pauseDomain: (uuid) => on(uuid, (domain) => domain.suspend()),
    // At the source of a migration it waits until that has ended.
    resumeDomain: (uuid) => on(uuid, (domain) => domain.resume(SLOW)),
    forgetDomain: (uuid) => on(uuid, forget),
    setAutostart: (uuid, autostart) => on(uuid, (domain) => domain.setAutostart(autostart)),
  };
}

/** A domain that is off has no monitor (OPERATION_INVALID). */
const notTold = (error: unknown) => unsupported(error) || hasCode(error, vir.VIR_ERR_OPERATION_INVALID);

const CONTROL: Readonly<Record<number, string>> = {
  [vir.VIR_DOMAIN_CONTROL_OK]: 'ok',
  [vir.VIR_DOMAIN_CONTROL_JOB]: 'job',
  [vir.VIR_DOMAIN_CONTROL_OCCUPIED]: 'occupied',
  [vir.VIR_DOMAIN_CONTROL_ERROR]: 'error',
};

/** Without flags, libvirt itself would ask an agent first and wait for it. Drivers without a choice do not know the flags. */
async function reboot(domain: Domain, way: ShutdownWay): Promise<void> {
  if (way === 'agent') return domain.reboot(vir.VIR_DOMAIN_REBOOT_GUEST_AGENT, SLOW);
  const asked = domain.reboot(vir.VIR_DOMAIN_REBOOT_ACPI_POWER_BTN).then(() => true);
  if ((await orNull((error) => hasCode(error, vir.VIR_ERR_INVALID_ARG), asked)) === null) await domain.reboot(0);
}

/** TPM state may be kept since libvirt 8.9; before, it stays with what is kept of the domain, or there is none. */
async function forget(domain: Domain): Promise<void> {
  const flags = vir.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM | vir.VIR_DOMAIN_UNDEFINE_KEEP_TPM;
  const done = domain.undefine(flags, SLOW).then(() => true);
  if ((await orNull((error) => hasCode(error, vir.VIR_ERR_INVALID_ARG), done)) === null) await undefine(domain);
}

/** The words of `virsh domstate --reason`, by state and reason. */
const REASONS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [vir.VIR_DOMAIN_RUNNING]: {
    [vir.VIR_DOMAIN_RUNNING_BOOTED]: 'booted',
    [vir.VIR_DOMAIN_RUNNING_MIGRATED]: 'migrated',
    [vir.VIR_DOMAIN_RUNNING_RESTORED]: 'restored',
    [vir.VIR_DOMAIN_RUNNING_FROM_SNAPSHOT]: 'from snapshot',
    [vir.VIR_DOMAIN_RUNNING_UNPAUSED]: 'unpaused',
    [vir.VIR_DOMAIN_RUNNING_MIGRATION_CANCELED]: 'migration canceled',
    [vir.VIR_DOMAIN_RUNNING_SAVE_CANCELED]: 'save canceled',
    [vir.VIR_DOMAIN_RUNNING_WAKEUP]: 'event wakeup',
    [vir.VIR_DOMAIN_RUNNING_CRASHED]: 'crashed',
    [vir.VIR_DOMAIN_RUNNING_POSTCOPY]: 'post-copy',
    [vir.VIR_DOMAIN_RUNNING_POSTCOPY_FAILED]: 'post-copy failed',
  },
  [vir.VIR_DOMAIN_PAUSED]: {
    [vir.VIR_DOMAIN_PAUSED_USER]: 'user',
    [vir.VIR_DOMAIN_PAUSED_MIGRATION]: 'migrating',
    [vir.VIR_DOMAIN_PAUSED_SAVE]: 'saving',
    [vir.VIR_DOMAIN_PAUSED_DUMP]: 'dumping',
    [vir.VIR_DOMAIN_PAUSED_IOERROR]: 'I/O error',
    [vir.VIR_DOMAIN_PAUSED_WATCHDOG]: 'watchdog',
    [vir.VIR_DOMAIN_PAUSED_FROM_SNAPSHOT]: 'from snapshot',
    [vir.VIR_DOMAIN_PAUSED_SHUTTING_DOWN]: 'shutting down',
    [vir.VIR_DOMAIN_PAUSED_SNAPSHOT]: 'creating snapshot',
    [vir.VIR_DOMAIN_PAUSED_CRASHED]: 'crashed',
    [vir.VIR_DOMAIN_PAUSED_STARTING_UP]: 'starting up',
    [vir.VIR_DOMAIN_PAUSED_POSTCOPY]: 'post-copy',
    [vir.VIR_DOMAIN_PAUSED_POSTCOPY_FAILED]: 'post-copy failed',
  },
  [vir.VIR_DOMAIN_SHUTDOWN]: { [vir.VIR_DOMAIN_SHUTDOWN_USER]: 'user' },
  [vir.VIR_DOMAIN_SHUTOFF]: {
    [vir.VIR_DOMAIN_SHUTOFF_SHUTDOWN]: 'shutdown',
    [vir.VIR_DOMAIN_SHUTOFF_DESTROYED]: 'destroyed',
    [vir.VIR_DOMAIN_SHUTOFF_CRASHED]: 'crashed',
    [vir.VIR_DOMAIN_SHUTOFF_MIGRATED]: 'migrated',
    [vir.VIR_DOMAIN_SHUTOFF_SAVED]: 'saved',
    [vir.VIR_DOMAIN_SHUTOFF_FAILED]: 'failed',
    [vir.VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT]: 'from snapshot',
    [vir.VIR_DOMAIN_SHUTOFF_DAEMON]: 'daemon',
  },
  [vir.VIR_DOMAIN_CRASHED]: { [vir.VIR_DOMAIN_CRASHED_PANICKED]: 'panicked' },
};
