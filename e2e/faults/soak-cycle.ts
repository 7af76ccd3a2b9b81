/** One cycle of the soak: a random rescue of one domain that may meet a fault, its end, and the comparison. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../src-core/contract/schemas.ts';
import { FALL_THROUGHS, GUEST_DISKS } from '../../src-core/rescue/types.ts';
import type { MediumSpec, RescueRequest, StopRequest } from '../../src-core/rescue/types.ts';
import { awaitCondition } from '../testbed/await-condition.ts';
import { IMAGES } from '../testbed/boot-images.ts';
import type { Guest, GuestOptions } from '../testbed/guests.ts';
import type { Lane } from './lane.ts';
import { differences, lookAt } from './look.ts';
import type { Look } from './look.ts';
import type { Chance } from './seeded.ts';
import { HOST_ID } from './soak-client.ts';
import type { LongLived } from './soak-client.ts';

/** A domain of the soak, with a look at it when it was off and untouched. */
export interface Member {
  readonly guest: Guest;
  readonly uuid: string;
  readonly before: Look;
  readonly transient: boolean;
  /** A medium that nobody else writes to. */
  readonly ownMedium: string;
  readonly options: Omit<GuestOptions, 'name'>;
}

const FORCE: StopRequest = { how: 'force', timeoutSeconds: 30, onTimeout: 'force' };
const FAULTS = ['none', 'none', 'cancelled', 'QEMU killed', 'virsh destroy'] as const;
type Fault = (typeof FAULTS)[number];

/** Gives what went wrong, in words; the first line of the trail says what was tried. */
export async function runCycle(
  process_: LongLived,
  lane: Lane,
  member: Member,
  pick: Chance,
  trail: string[],
): Promise<string[]> {
  const { guest, uuid, transient } = member;
  const fault = pick.pick(FAULTS);
  const power = transient ? 'on' : pick.pick(['on', 'off'] as const);
  try {
    if (transient) await createTransient(guest);
    else if (power === 'on') await lane.host.virsh('start', guest.name);
    await awaitCondition(`${guest.name} to be seen`, 20, async () =>
      (await process_.ask('machines.list', null)).some((row) => row.uuid === uuid),
    );
    const request = requestOf(member, lane, pick);
    trail.push(`${guest.name}, ${power}, ${JSON.stringify(short(request))}, ${fault}`);
    await rescue(process_, lane, member, request, { fault, afterMs: pick.below(900) }, trail);
    await putRight(process_, member, trail);
    if (transient && fault !== 'none' && (await lookAt(guest, member.ownMedium)).domain === null)
      return await expectInJournal(process_, member);
    return await compare(member, power, fault);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await lane.host.tryVirsh('destroy', guest.name);
  }
}

/** Where the definition is that a transient guest runs from. */
export const TRANSIENT_XML = 'transient.xml';

/** It runs, and there is no definition of it. */
export async function createTransient({ host, name, dir }: Guest): Promise<void> {
  await host.tryVirsh('destroy', name);
  await host.tryVirsh('undefine', name);
  await host.virsh('create', join(dir, TRANSIENT_XML));
}

const short = ({ media, device, bus, session, fallThrough, writes, guestDisks, stop }: RescueRequest) => ({
  media: media.map((medium) => ('path' in medium ? medium.path : 'name' in medium ? medium.name : medium.kind)),
  ...{ device, bus, session, fallThrough, writes, guestDisks, stop: stop.how },
});

function requestOf({ options, ownMedium, transient }: Member, lane: Lane, pick: Chance): RescueRequest {
  const uefi = options.firmware === 'uefi';
  const image = uefi ? IMAGES.uefiMedium : IMAGES.medium;
  const writes = pick.below(4) === 0 ? ('direct' as const) : ('overlay' as const);
  const media = join(lane.host.dir, 'media');
  const choices: readonly { readonly spec: MediumSpec; readonly device: string | null; readonly bus: string | null }[] =
    [
      { spec: { kind: 'path', path: join(media, image) }, device: null, bus: null },
      {
        spec: { kind: 'volume', pool: 'media', name: image },
        device: 'disk',
        bus: pick.pick(['usb', 'virtio', 'scsi', 'sata']),
      },
      { spec: { kind: 'path', path: join(media, IMAGES.iso) }, device: 'cdrom', bus: null },
      {
        spec: { kind: 'volume', pool: 'media', name: IMAGES.iso },
        device: 'cdrom',
        bus: pick.pick(['sata', 'scsi', 'usb']),
      },
    ];
  const { spec, device, bus } = writes === 'direct' ? direct(ownMedium) : pick.pick(choices);
  const riders: MediumSpec[] = pick.below(4) === 0 ? [{ kind: 'volume', pool: 'media', name: IMAGES.floppy }] : [];
  const graceful = options.obedient === true && pick.below(2) === 0;
  return {
    media: [spec, ...riders],
    ...{ device, bus, writes },
    profile: pick.below(6) === 0 ? 'nova' : 'recommended',
    session: pick.pick([null, 'one-shot', 'until-ended'] as const),
    endAtFirstReboot: false,
    fallThrough: pick.pick([null, ...FALL_THROUGHS]),
    transientConsent: transient,
    overlayPool: null,
    guestDisks: pick.pick([...GUEST_DISKS, 'writable', 'writable']),
    stop: graceful ? { how: 'graceful', timeoutSeconds: 8, onTimeout: 'force' } : FORCE,
    allowUnbootable: true,
  };
}

const direct = (path: string) => ({ spec: { kind: 'path', path } as const, device: 'disk', bus: null });

/** Preview, start, and meanwhile the fault. A refusal is an answer. */
async function rescue(
  process_: LongLived,
  lane: Lane,
  { guest, uuid }: Member,
  request: RescueRequest,
  { fault, afterMs }: { fault: Fault; afterMs: number },
  trail: string[],
): Promise<void> {
  const asked = {
    machine: { hostId: HOST_ID, uuid },
    request: { ...request, media: [...request.media] },
    properties: {},
  };
  const { plan } = await process_.ask('rescue.preview', asked);
  if (plan.refusals.length > 0) {
    trail.push(`refused: ${plan.refusals.map(({ code }) => code).join()}`);
    return;
  }
  const fingerprint = plan.fingerprint.inputs;
  const { id } = await process_.ask('rescue.start', { ...asked, fingerprint });
  if (fault !== 'none') {
    await delay(afterMs);
    if (fault === 'cancelled') await process_.ask('operations.cancel', { operationId: id });
    if (fault === 'virsh destroy') await lane.host.tryVirsh('destroy', guest.name);
    if (fault === 'QEMU killed') await lane.host.signalGuest(guest.name, 'SIGKILL').catch(() => undefined);
  }
  trail.push(`rescue: ${await ended(process_, id)}`);
}

/** Wait for an operation; how it ended. */
async function ended(process_: LongLived, id: string): Promise<string> {
  const done = await awaitCondition('the operation to end', 120, async (): Promise<Operation | null> => {
    const operation = (await process_.ask('operations.list', null)).find((one) => one.id === id);
    if (operation === undefined) throw new Error('the operation is not listed any more');
    return operation.state === 'running' ? null : operation;
  });
  return done.error === null
    ? done.state
    : `${done.state}, ${done.error.code}: ${done.error.message} ${done.error.detail ?? ''}`;
}

const TRIES = 4;

/** Take what is unfinished on, end what is open, until neither is left. */
async function putRight(process_: LongLived, member: Member, trail: string[]): Promise<void> {
  const machine = { hostId: HOST_ID, uuid: member.uuid };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const open = (await process_.ask('unfinished.list', null)).filter(({ domain }) => domain.uuid === member.uuid);
    for (const { operationId, situation, offers } of open) {
      const possible = offers.filter(({ reason, way }) => reason === null && way !== 'forget');
      const offer = possible.find(({ recommended }) => recommended) ?? possible[0];
      if (offer === undefined || offer.way === 'forget') continue;
      const chosen = { operationId, machine, way: offer.way, situation, stop: FORCE };
      const { id } = await process_.ask('unfinished.resume', chosen);
      trail.push(`${situation}: ${offer.way}: ${await ended(process_, id)}`);
    }
    const { session } = await lookAt(member.guest, member.ownMedium);
    if (!session && open.length === 0) return;
    if (!session) continue;
    const { id } = await process_.ask('rescue.end', { machine, stop: FORCE, power: 'as-before', record: null });
    trail.push(`end: ${await ended(process_, id)}`);
  }
  throw new Error(`not put right after ${TRIES} tries`);
}

/** A transient guest that was ended from outside before it was given a definition is gone, with Salvor or without: its journal has what it ran from. */
async function expectInJournal(process_: LongLived, { uuid }: Member): Promise<string[]> {
  const { rows } = await process_.ask('history.list', { uuid });
  const entries = await Promise.all(rows.map(({ id }) => process_.ask('history.entry', { id })));
  const isKept = entries.every(({ began }) => began.before.definitionXml.includes(`<uuid>${uuid}</uuid>`));
  return isKept ? [] : ['it is gone, and the journal does not have what it ran from'];
}

/** The domain alone: files and pools of the host are compared when nothing is under way. */
async function compare(member: Member, power: 'on' | 'off', fault: Fault): Promise<string[]> {
  const after = await lookAt(member.guest, member.ownMedium);
  const state = power === 'on' ? 'running' : 'shut off';
  const { before } = member;
  const domain =
    before.domain === null ? null : { ...before.domain, state, persistent: member.transient ? 'no' : 'yes' };
  const unlike = differences({ ...before, domain }, after).filter(
    (difference) => !/^(left over|gone|pools|domains|content of .*own-medium)/.test(difference),
  );
  if (fault === 'none') return unlike;
  // Killed from outside, it may well be off.
  return unlike.filter((difference) => !/^domain: .*"shut off"/.test(difference));
}
