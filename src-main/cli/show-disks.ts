/** The disks of a machine as text: a table, and what more is known of each. */
import type { MachineDisk } from '../../src-core/contract/schemas.ts';
import { chainAllocation } from '../../src-core/disks/chain-allocation.ts';
import type { ImageLayer, SecretState } from '../../src-core/disks/types.ts';
import { formatAddress } from '../../src-core/domain-xml/disk-view.ts';
import { sizeText } from '../../src-core/rescue/size-text.ts';
import { plain, table } from './output.ts';

const sizeOrNull = (bytes: number | null): string | null => (bytes === null ? null : sizeText(bytes));

/** What all images of a disk take together: at least so much where the host did not tell of each. */
function takes(disk: MachineDisk): string | null {
  const { bytes, complete } = chainAllocation(disk);
  return bytes === null ? null : `${complete ? '' : '≥ '}${sizeText(bytes)}`;
}

export function disksTable(disks: readonly MachineDisk[]): string {
  const rows = disks.map((disk) => [
    disk.target,
    disk.bus,
    disk.device,
    disk.role,
    disk.address === null ? null : formatAddress(disk.address),
    disk.format,
    sizeOrNull(disk.capacity),
    takes(disk),
    disk.serial,
    disk.guestNames.byId ?? disk.guestNames.byPath ?? disk.guestNames.kernel,
    disk.source,
  ]);
  const header = ['target', 'bus', 'device', 'role', 'address', 'format', 'size', 'takes', 'serial', 'in the guest'];
  return table([...header, 'source'], rows, '  ');
}

/** One paragraph a disk: why it has its role, its images, who else has it open, its secrets. */
export function diskFactsText(disks: readonly MachineDisk[]): string {
  return disks.map(factsText).join('\n');
}

function factsText({ target, role, roleWhy, layers, users, secretStates }: MachineDisk): string {
  const others = users.map(
    ({ domain, host, writes, as }) =>
      `open in ${plain(domain)}${host === null ? '' : ` on ${plain(host)}`}, which ${writes ? 'may write to it' : 'only reads it'}${as === 'path' ? ' (a file of the same path, perhaps another one)' : ''}`,
  );
  const lines = [`${role}: ${plain(roleWhy)}`, ...layers.map(layerText), ...others, ...secretStates.map(secretText)];
  const indent = ' '.repeat(target.length + 4);
  return `  ${plain(target)}  ${lines.join(`\n${indent}`)}`;
}

function layerText({ format, source, capacity, allocation, told, problem }: ImageLayer, index: number): string {
  const sizes = [sizeOrNull(capacity), allocation === null ? null : `takes ${sizeText(allocation)}`];
  const words = [format ?? 'format unknown', ...sizes.filter((size) => size !== null)].map(plain).join(', ');
  const by = index > 0 && told === 'host' ? ', told by the image above' : '';
  const trouble = problem === null ? '' : `: ${plain(problem)}`;
  return `${index === 0 ? 'image' : 'below'} ${plain(source)} (${words}${by})${trouble}`;
}

function secretText({ uuid, usage, purpose, defined, hasValue }: SecretState): string {
  const state =
    defined === null
      ? 'not asked'
      : !defined
        ? 'not defined on this host'
        : hasValue === null
          ? 'defined; whether it has a value this connection may not ask'
          : hasValue
            ? 'defined, with a value'
            : 'defined, without a value';
  return `secret ${plain(uuid ?? usage ?? '?')} for its ${purpose === 'auth' ? 'storage' : 'encryption'}: ${state}`;
}
