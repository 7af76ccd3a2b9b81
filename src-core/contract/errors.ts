/**
 * Errors are part of the interface. An error is data: a code from this closed list, the words for the administrator
 * (what happened, what is unchanged, what to do next), and one line of detail from libvirt where there is one. Never a stack.
 */
import { fillText } from '../rescue/texts.ts';
import { NOTHING_TOUCHED } from './error-text.ts';
import type { ErrorText } from './error-text.ts';
import { MOVE_ERROR_TEXTS } from './move-errors.ts';
import { TRANSFER_ERROR_TEXTS } from './transfer-errors.ts';

export const ERROR_CODES = [
  'usage',
  'uri-malformed',
  'host-unreachable',
  'permission-denied',
  'authentication-failed',
  'connection-lost',
  'not-connected',
  'timeout',
  'read-only',
  'not-supported',
  'domain-not-found',
  'host-not-found',
  'host-exists',
  'pool-not-found',
  'pool-silent',
  'pools-silent',
  'pool-start-failed',
  'file-unreadable',
  'file-unwritable',
  'xml-malformed',
  'xml-dtd',
  'xml-too-large',
  'not-a-domain',
  'refused',
  'drift',
  'busy',
  'cancelled',
  'not-in-rescue',
  'stop-timeout',
  'guest-paused',
  'stop-failed',
  'start-failed',
  'verify-failed',
  'rollback-failed',
  'end-failed',
  'record-unusable',
  'records-differ',
  'journal-unwritable',
  'entry-not-found',
  'nothing-to-resume',
  'way-not-open',
  'backup-damaged',
  'backup-failed',
  'snapshot-failed',
  'overlay-failed',
  'restore-failed',
  'library-unwritable',
  'medium-not-found',
  'medium-exists',
  'volume-exists',
  'volume-not-found',
  'volume-name',
  'no-room',
  'transfer-failed',
  'checksum-differs',
  'transfer-not-found',
  'file-exists',
  'power-failed',
  'reboot-refused',
  'not-stopped',
  'dependency-missing',
  'secret-needed',
  'secret-wrong',
  'reboot-differs',
  'migration-refused',
  'migration-failed',
  'migration-unclear',
  'migration-lost',
  'migration-differs',
  'libvirt',
  'invalid-message',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorData {
  readonly code: ErrorCode;
  readonly params: Readonly<Record<string, string | number>>;
  /** What happened. */
  readonly message: string;
  /** What was left as it was. */
  readonly unchanged: string;
  /** What to do next. */
  readonly next: string;
  /** libvirt's own words, where it said any. */
  readonly detail: string | null;
}

/** The English texts; {{name}} is filled from params. The renderer's language files use the same keys. */
export const ERROR_TEXTS: Readonly<Record<ErrorCode, ErrorText>> = {
  usage: { message: '{{problem}}', unchanged: NOTHING_TOUCHED, next: 'See salvor --help.' },
  'uri-malformed': {
    message: '“{{uri}}” is not a libvirt connection URI.',
    unchanged: NOTHING_TOUCHED,
    next: 'Write it as driver[+transport]://[user@][host]/path, for example qemu:///system or qemu+ssh://root@host/system.',
  },
  'host-unreachable': {
    message: 'No libvirt daemon answers at {{uri}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Check that libvirtd (or virtqemud) runs there and that the address, the port and the socket path are right, then connect again.',
  },
  'permission-denied': {
    message: 'The libvirt daemon at {{uri}} does not let you in.',
    unchanged: NOTHING_TOUCHED,
    next: 'Run as a member of the libvirt group or as root, or ask for access to its socket.',
  },
  'authentication-failed': {
    message: 'The libvirt daemon at {{uri}} did not accept these credentials.',
    unchanged: NOTHING_TOUCHED,
    next: 'Check user, password, key or certificate, then connect again.',
  },
  'connection-lost': {
    message: 'The connection to {{uri}} was lost.',
    unchanged: 'Domains go on running as they were; the definition on the host was not changed.',
    next: 'Connect again; what state the domain is in is shown then.',
  },
  'not-connected': {
    message: 'Not connected to {{uri}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Connect to the host first.',
  },
  timeout: {
    message: 'The host did not answer “{{call}}” within {{seconds}} seconds.',
    unchanged: 'Whether the host still carries it out cannot be known from here.',
    next: 'Look at the state of the domain once the host answers again, then repeat.',
  },
  'read-only': {
    message: 'The connection to {{uri}} is read-only.',
    unchanged: NOTHING_TOUCHED,
    next: 'Connect with write access to change anything.',
  },
  'not-supported': {
    message: 'This host cannot do that: {{what}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Use another way or another host.',
  },
  'domain-not-found': {
    message: 'There is no domain “{{domain}}” on {{uri}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'salvor list shows the domains of a host, with names and UUIDs.',
  },
  'host-not-found': {
    message: 'This host is not in the list any more.',
    unchanged: NOTHING_TOUCHED,
    next: 'Add it again.',
  },
  'host-exists': {
    message: '{{uri}} is in the list already.',
    unchanged: NOTHING_TOUCHED,
    next: 'Use the entry that is there.',
  },
  'pool-not-found': {
    message: 'There is no storage pool “{{pool}}” on {{uri}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Choose one of the pools that the host lists.',
  },
  'pool-silent': {
    message: 'The storage pool “{{pool}}” does not answer.',
    unchanged: 'Nothing was touched. Other pools and the machines of the host can be used meanwhile.',
    next: 'Look on the host at what it stands on: a file server, a disk, a volume group. Once that answers, so does the pool.',
  },
  'pools-silent': {
    message: 'The host does not list its storage pools: one of them does not answer.',
    unchanged: 'Nothing was touched. The machines of the host go on.',
    next: 'Look on the host at what its pools stand on: file servers, disks, volume groups. libvirt lists no pool for as long as one of them hangs.',
  },
  'pool-start-failed': {
    message: 'The storage pool “{{pool}}” did not start.',
    unchanged: 'It is not active, as before; nothing in it was touched.',
    next: 'Mend on the host what libvirt names below (a folder that is missing, a server or a device that is not there), then start it again.',
  },
  'file-unreadable': {
    message: 'The file {{path}} cannot be read.',
    unchanged: NOTHING_TOUCHED,
    next: 'Check its path and its permissions.',
  },
  'file-unwritable': {
    message: 'The file {{path}} cannot be written.',
    unchanged: 'Nothing but that file was touched.',
    next: 'Choose another folder, or make room there.',
  },
  'xml-malformed': {
    message: 'This is not well-formed XML: {{problem}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Dump it again with virsh dumpxml --inactive --security-info.',
  },
  'xml-dtd': {
    message:
      'The XML carries a document type declaration, which no domain definition needs and which can hide anything.',
    unchanged: NOTHING_TOUCHED,
    next: 'Remove the <!DOCTYPE …> declaration.',
  },
  'xml-too-large': {
    message: 'The XML has {{size}} {{what}}; more than {{limit}} is no domain definition.',
    unchanged: NOTHING_TOUCHED,
    next: 'Check that this is the right file.',
  },
  'not-a-domain': {
    message: 'The XML is not a domain definition: {{problem}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Dump it again with virsh dumpxml --inactive --security-info.',
  },
  refused: {
    message: 'The rescue of {{domain}} was refused: {{reasons}}',
    unchanged: NOTHING_TOUCHED,
    next: 'Choose as the reasons say, then try again.',
  },
  drift: {
    message: '{{domain}} is not what it was when it was looked at: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Look at how it is now, then start again.',
  },
  busy: {
    message: 'Another operation is under way on {{domain}}: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Wait until it has ended, or cancel it.',
  },
  cancelled: { message: 'Cancelled.', unchanged: '{{unchanged}}', next: 'Start again whenever you like.' },
  'not-in-rescue': {
    message: '{{domain}} is not in rescue.',
    unchanged: NOTHING_TOUCHED,
    next: 'salvor sessions shows the domains that are.',
  },
  'stop-timeout': {
    message: '{{domain}} did not shut down within {{seconds}} seconds.',
    unchanged: '{{unchanged}}',
    next: 'Give it more time, shut it down from inside, or choose to force it off.',
  },
  'guest-paused': {
    message: '{{domain}} is {{state}}, so that it cannot shut down by itself.',
    unchanged: '{{unchanged}}',
    next: '{{wake}}, then try again; or choose to force it off.',
  },
  'stop-failed': {
    message: '{{domain}} could not be stopped.',
    unchanged: '{{unchanged}}',
    next: 'Look at its state, then try again or force it off.',
  },
  'start-failed': {
    message: '{{domain}} could not be started for {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what libvirt names, then try again.',
  },
  'verify-failed': {
    message: '{{domain}} is not as it was planned: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Look at the definition, then try another device or bus.',
  },
  'rollback-failed': {
    message: '{{what}}. The way back failed as well: {{rollback}}.',
    unchanged: '{{unchanged}}',
    next: '{{next}}',
  },
  'end-failed': {
    message: 'The rescue of {{domain}} has not ended: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what libvirt names, then end the rescue again.',
  },
  'record-unusable': {
    message: 'The definition that {{domain}} had before its rescue cannot be put back from the record: {{problem}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'At the computer where the rescue was begun, salvor end --record journal puts back the copy in its journal; --record metadata puts back the record where it is whole. Elsewhere look at the record (virsh dumpxml --inactive) and put the definition back with virsh define.',
  },
  'records-differ': {
    message:
      'The record in {{domain}} is not what the journal of this computer keeps of operation {{id}}: one of the two was changed.',
    unchanged: NOTHING_TOUCHED,
    next: 'Compare them (salvor history show {{id}} --out xml), then say which one is right: salvor end --record journal, or --record metadata.',
  },
  'journal-unwritable': {
    message: 'The journal in {{folder}} cannot be written: {{problem}}.',
    unchanged: '{{unchanged}}',
    next: 'Make room there, or make it writable, then try again. Without a journal nothing is started that could not be explained afterwards.',
  },
  'entry-not-found': {
    message: 'The journal of this computer has no operation {{id}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'salvor history lists the operations that it has.',
  },
  'nothing-to-resume': {
    message: 'Operation {{id}} of {{domain}} waits for nobody any more.',
    unchanged: NOTHING_TOUCHED,
    next: 'salvor resume lists the operations that do.',
  },
  'way-not-open': {
    message: '“{{way}}” cannot be done now. {{stands}}',
    unchanged: NOTHING_TOUCHED,
    next: 'salvor resume lists what can be done.',
  },
  'backup-damaged': {
    message: 'The copy of the UEFI variables kept with operation {{id}} cannot be used: {{problem}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Take another copy of the guest’s UEFI variables, or start the guest as it is.',
  },
  'backup-failed': {
    message: 'The UEFI variables of {{domain}} could not be kept with the journal: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what is named, then try again. Without the copy, nothing could put the guest’s boot entries and keys back.',
  },
  'snapshot-failed': {
    message: 'No snapshot of {{domain}} could be taken: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what libvirt names below, or choose other protection of the guest’s own disks.',
  },
  'overlay-failed': {
    message: 'The overlay for the rescue of {{domain}} could not be made: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what libvirt names below, choose another pool, or leave the overlay beside the medium.',
  },
  'restore-failed': {
    message: 'The UEFI variables of {{domain}} were not put back: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what is named, then try again; salvor history show {{id}} tells of the copy.',
  },
  'library-unwritable': {
    message: 'The media library in {{file}} cannot be written: {{problem}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Mend what is named, then try again. A file that cannot be read is left as it is: move it away to begin a new library.',
  },
  'medium-not-found': {
    message: 'The medium “{{medium}}” was not found: {{problem}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'salvor media list shows the media of the library, salvor media where on which hosts one is.',
  },
  'medium-exists': {
    message: 'The media library has a medium “{{medium}}” already.',
    unchanged: NOTHING_TOUCHED,
    next: 'Choose another name, or change the one that is there.',
  },
  ...TRANSFER_ERROR_TEXTS,
  ...MOVE_ERROR_TEXTS,
  libvirt: {
    message: 'libvirt refused “{{call}}”.',
    unchanged: '{{unchanged}}',
    next: 'The line below is libvirt’s own reason.',
  },
  'invalid-message': {
    message: 'The window sent a message that was not understood.',
    unchanged: NOTHING_TOUCHED,
    next: 'Restart Salvor; if it happens again, report it.',
  },
  internal: {
    message: 'Something in Salvor went wrong.',
    unchanged: '{{unchanged}}',
    next: 'The log has the details; please report it.',
  },
};

/** The data of an error: texts filled in. `unchanged` in params overrides nothing but its own placeholder. */
export function errorData(
  code: ErrorCode,
  params: Readonly<Record<string, string | number>> = {},
  detail: string | null = null,
): ErrorData {
  const text = ERROR_TEXTS[code];
  const filled = { unchanged: NOTHING_TOUCHED, ...params };
  return {
    code,
    params,
    message: fillText(text.message, filled),
    unchanged: fillText(text.unchanged, filled),
    next: fillText(text.next, filled),
    detail,
  };
}

/** An error on its way through our own code; crosses a wall only as `data`. */
export class SalvorError extends Error {
  override readonly name = 'SalvorError';
  readonly data: ErrorData;
  constructor(code: ErrorCode, params: Readonly<Record<string, string | number>> = {}, detail: string | null = null) {
    const data = errorData(code, params, detail);
    super(data.message);
    this.data = data;
  }
}
