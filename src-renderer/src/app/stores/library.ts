/** The media library as the main process has it, and on which hosts its media are. */
import { create } from 'zustand';
import type { Answer, ChannelInput } from '../../../../src-core/contract/channels.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { LibraryEdit } from '../../../../src-core/contract/library-schemas.ts';
import type { AppEvent } from '../../../../src-core/contract/schemas.ts';
import type { LibraryListing, LibraryMedium, Whereabouts } from '../../../../src-core/library/types.ts';
import { ask } from '../salvor.ts';
import { noteTransfer } from './transfers.ts';

export interface LibraryState {
  /** null: not known yet. */
  readonly listing: LibraryListing | null;
  readonly error: ErrorData | null;
  /** What hosts said, by placeKey. */
  readonly where: Readonly<Record<string, Whereabouts>>;
  /** Questions under way, by what was asked for: a medium, or a host. */
  readonly asking: Readonly<Record<string, true>>;
  /** Why the last question for those could not be asked. */
  readonly whereErrors: Readonly<Record<string, ErrorData>>;
}

export const useLibrary = create<LibraryState>()(() => ({
  listing: null,
  error: null,
  where: {},
  asking: {},
  whereErrors: {},
}));

const NO_MEDIA: readonly LibraryMedium[] = [];

export function selectMedia({ listing }: LibraryState): readonly LibraryMedium[] {
  return listing?.media ?? NO_MEDIA;
}

function placeKey(medium: string, hostId: string): string {
  return `${medium}\n${hostId}`;
}

export function selectPlace({ where }: LibraryState, medium: string, hostId: string): Whereabouts | null {
  return where[placeKey(medium, hostId)] ?? null;
}

export async function loadLibrary(): Promise<void> {
  const answer = await ask('library.list', null);
  if (answer.ok) useLibrary.setState({ listing: answer.value, error: null });
  else useLibrary.setState({ error: answer.error });
}

/** Somebody changed it: this window, another Salvor, or a copy that has arrived. */
export function noteLibrary(events: readonly AppEvent[]): void {
  if (events.some(({ type }) => type === 'library-changed')) void loadLibrary();
}

/** Ask where: `id` null: all media, `hostId` null: all connected hosts. What was known stays in sight meanwhile. */
export async function loadWhere(id: string | null, hostId: string | null): Promise<readonly Whereabouts[]> {
  const question = whereKey(id, hostId);
  useLibrary.setState(({ asking }) => ({ asking: { ...asking, [question]: true } }));
  const answer = await ask('library.where', { id, hostId });
  useLibrary.setState(({ asking, where, whereErrors }) => ({
    asking: without(asking, question),
    where: answer.ok
      ? { ...where, ...Object.fromEntries(answer.value.map((one) => [placeKey(one.medium, one.hostId), one])) }
      : where,
    whereErrors: answer.ok ? without(whereErrors, question) : { ...whereErrors, [question]: answer.error },
  }));
  return answer.ok ? answer.value : [];
}

export function whereKey(id: string | null, hostId: string | null): string {
  return placeKey(id ?? '', hostId ?? '');
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}

/** After a change the list is asked for again, so that what is shown next has it. */
async function changed<T>(answer: Answer<T>): Promise<Answer<T>> {
  if (answer.ok) await loadLibrary();
  return answer;
}

export async function saveMedium(edit: LibraryEdit): Promise<Answer<LibraryMedium>> {
  return changed(await ask('library.save', edit));
}

export async function removeMedium(id: string): Promise<ErrorData | null> {
  const answer = await changed(await ask('library.remove', { id }));
  return answer.ok ? null : answer.error;
}

export async function setDefault(choice: ChannelInput<'library.setDefault'>): Promise<ErrorData | null> {
  const answer = await changed(await ask('library.setDefault', choice));
  return answer.ok ? null : answer.error;
}

export async function lookAtMedium(id: string, hostId: string): Promise<ErrorData | null> {
  const answer = await changed(await ask('library.look', { id, hostId }));
  if (answer.ok) await loadWhere(id, hostId);
  return answer.ok ? null : answer.error;
}

/** 'cancelled': the question for a file was. */
export async function putMedium(order: ChannelInput<'library.put'>): Promise<ErrorData | 'started' | 'cancelled'> {
  const answer = await ask('library.put', order);
  if (!answer.ok) return answer.error;
  if (answer.value === null) return 'cancelled';
  noteTransfer(answer.value);
  return 'started';
}

/** Where a file was saved, null where the question for it was cancelled. */
export async function exportMedium(id: string): Promise<Answer<string | null>> {
  return ask('library.export', { id });
}
