/** What is about to be sent to a pool: files that were chosen or dropped, or a volume to copy. One panel, on whatever page one looks at. */
import { create } from 'zustand';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { OfferedFile, VolumePlace } from '../../../../src-core/contract/transfer.ts';
import { ask } from '../salvor.ts';
import { noteTransfer } from './transfers.ts';

export interface PoolPlace {
  readonly hostId: string;
  readonly pool: string;
}

export interface SendItem {
  readonly id: string;
  /** One of the two. */
  readonly file: OfferedFile | null;
  readonly from: VolumePlace | null;
  /** What it will be called there. */
  readonly name: string;
  /** Why it was not started, when it was tried. */
  readonly error: ErrorData | null;
}

interface SendingState {
  /** Empty: the panel is closed. */
  readonly items: readonly SendItem[];
  readonly hostId: string | null;
  readonly pool: string | null;
  readonly verify: boolean;
  /** What could not even be offered. */
  readonly error: ErrorData | null;
  readonly starting: boolean;
}

export const useSending = create<SendingState>()(() => ({
  items: [],
  hostId: null,
  pool: null,
  verify: true,
  error: null,
  starting: false,
}));

interface Target {
  readonly hostId: string | null;
  readonly pool: string | null;
}

/** Further files join those that are there already; the place that was chosen stays, unless these come with one. */
function add(items: readonly SendItem[], target: Target): void {
  useSending.setState((state) => ({
    items: [...state.items, ...items],
    hostId: target.hostId ?? state.hostId,
    pool: target.hostId === null ? state.pool : target.pool,
    error: null,
  }));
}

function itemOf(file: OfferedFile): SendItem {
  return { id: file.token, file, from: null, name: file.name, error: null };
}

/** Ask the person for files, then for the rest in the panel. */
export async function chooseFiles(target: Target): Promise<void> {
  const answer = await ask('files.choose', null);
  if (!answer.ok) useSending.setState({ error: answer.error });
  else if (answer.value.length > 0) add(answer.value.map(itemOf), target);
}

/** Files that were dropped on the window. What is no file (a folder, a picture from a page) is told of. */
export async function offerFiles(files: readonly File[], target: Target): Promise<void> {
  const problems: ErrorData[] = [];
  for (const file of files) {
    const answer = await window.salvor.offerFile(file);
    if (answer.ok && answer.value !== null) add([itemOf(answer.value)], target);
    else problems.push(answer.ok ? unreadable(file.name) : answer.error);
  }
  useSending.setState({ error: problems[0] ?? null });
}

function unreadable(name: string): ErrorData {
  return errorData('file-unreadable', { path: name });
}

/** Copy a volume to another pool: which one is asked in the panel. */
export function openCopy(from: VolumePlace): void {
  useSending.setState({
    items: [{ id: `${from.hostId}/${from.pool}/${from.name}`, file: null, from, name: from.name, error: null }],
    hostId: null,
    pool: null,
    error: null,
  });
}

export function setPlace(hostId: string | null, pool: string | null): void {
  useSending.setState({ hostId, pool });
}

export function setVerify(verify: boolean): void {
  useSending.setState({ verify });
}

export function rename(id: string, name: string): void {
  useSending.setState(({ items }) => ({
    items: items.map((item) => (item.id === id ? { ...item, name, error: null } : item)),
  }));
}

export function leaveOut(id: string): void {
  useSending.setState(({ items }) => ({ items: items.filter((item) => item.id !== id) }));
}

export function closeSending(): void {
  useSending.setState({ items: [], error: null });
}

/** Start them all: those that start leave the panel, those that do not say why. */
export async function startSending({ hostId, pool }: PoolPlace): Promise<void> {
  const { items, verify } = useSending.getState();
  useSending.setState({ starting: true });
  for (const { id, file, from, name } of items) {
    // The panel can be closed meanwhile, or one of them left out.
    if (useSending.getState().items.every((one) => one.id !== id)) continue;
    const to = { hostId, pool, name };
    const options = { verify };
    const answer =
      file === null
        ? from === null
          ? null
          : await ask('transfers.copy', { from, to, options })
        : await ask('transfers.upload', { token: file.token, to, options });
    if (answer === null) continue;
    if (answer.ok) {
      noteTransfer(answer.value);
      leaveOut(id);
    } else {
      const { error } = answer;
      useSending.setState((state) => ({ items: state.items.map((one) => (one.id === id ? { ...one, error } : one)) }));
    }
  }
  useSending.setState({ starting: false });
}
