/** Why a start of a domain or of a pool failed, from libvirt's own words (tried on 9.0 with QEMU 7.2), so that what is missing can be said, and asked for. */
import type { Dependency } from './types.ts';

export type StartFailure =
  | { readonly kind: 'secret-needed'; readonly uuid: string }
  /** Of several secrets libvirt does not tell which one. */
  | { readonly kind: 'secret-wrong'; readonly secrets: readonly Dependency[] }
  /** The bridge of a network that libvirt takes for active. */
  | { readonly kind: 'bridge-gone'; readonly bridge: string }
  /** `what` stands behind a colon, without a full stop. */
  | { readonly kind: 'missing'; readonly what: string };

const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

const NO_SECRET = [
  new RegExp(`no secret with matching uuid '(${UUID})'`),
  new RegExp(`secret '(${UUID})' does not have a value`),
];

const WRONG_SECRET = /Invalid password, cannot unlock any keyslot|password.*(?:is )?(?:wrong|incorrect)/i;

/** CHAP: the target does not take the name and password that it is given. */
const WRONG_LOGIN = /Failed to log in to target\. Status: Authentication failure/;

const NO_BRIDGE = /Cannot get interface MTU on '([^']+)': No such device/;

/** What libvirt says, and how that is told; `$1` is what it names. */
const MISSING: readonly (readonly [RegExp, string])[] = [
  [/storage pool '([^']+)' containing volume '[^']+' is not active/, 'the pool $1 is not active'],
  [/no storage pool with matching name '([^']+)'/, 'there is no pool $1'],
  [/no storage vol with matching (?:name|path|key) '([^']+)'/, 'there is no volume $1'],
  [/Cannot access (?:storage|backing) file '([^']+)'/, 'the image $1 cannot be opened on the host'],
  [/'([^']+)' to be a regular file/, '$1 is no regular file'],
  [/no network with matching name '([^']+)'/, 'there is no network $1'],
  [/network '([^']+)' is not active/, 'the network $1 is not active'],
  [WRONG_LOGIN, 'the iSCSI target refuses the login'],
  [/iSCSI: Failed to connect|iscsi_service failed/, 'the iSCSI target does not answer'],
  [/(?:Failed to connect to|unable to connect to server at) '?([^':]+)/, 'the storage at $1 does not answer'],
  [/PCI device ([0-9a-f:.]+) is in use/, 'the host device $1 is in use'],
  [/(?:Device|device) ([0-9a-fA-F:.]+) not found/, 'the host device $1 is not there'],
  [/hugetlbfs filesystem is not mounted/, 'no huge pages are mounted for libvirt on the host'],
  [/unable to map backing store for guest RAM: Cannot allocate memory/, 'the host has not enough free huge pages'],
  [/Failed to get "write" lock/, 'another process on the host has one of its disks open'],
  [
    /Cannot open log file: '([^']+)': Device or resource busy/,
    'another process on the host holds $1: a QEMU that libvirt has lost may still run',
  ],
];

/** null: libvirt's own words have to do. */
export function startFailure(detail: string, dependencies: readonly Dependency[]): StartFailure | null {
  for (const pattern of NO_SECRET) {
    const uuid = pattern.exec(detail)?.[1];
    if (uuid !== undefined) return { kind: 'secret-needed', uuid: uuid.toLowerCase() };
  }
  const secrets = dependencies.filter(({ kind }) => kind === 'secret');
  if (WRONG_SECRET.test(detail)) return { kind: 'secret-wrong', secrets };
  const logins = secrets.filter(({ of }) => of?.startsWith('iscsi ') === true);
  if (WRONG_LOGIN.test(detail) && logins.length > 0) return { kind: 'secret-wrong', secrets: logins };
  const bridge = NO_BRIDGE.exec(detail)?.[1];
  if (bridge !== undefined) return { kind: 'bridge-gone', bridge };
  for (const [pattern, words] of MISSING) {
    const match = pattern.exec(detail);
    if (match !== null) return { kind: 'missing', what: words.replace('$1', () => match[1] ?? '') };
  }
  return null;
}
