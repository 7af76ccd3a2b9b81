/** Disks in an XML view: the lines of the one that is highlighted are marked, the pointer over them highlights it, and each can be scrolled to. */
import { getChunks, uncollapseUnchanged } from '@codemirror/merge';
import { StateEffect, StateField } from '@codemirror/state';
import type { EditorState, Extension } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { highlightDisk, useHighlight } from '../stores/highlight.ts';
import { diskRanges } from './disk-ranges.ts';
import type { DiskRange } from './disk-ranges.ts';

const setTarget = StateEffect.define<string | null>();
const LINE = Decoration.line({ class: 'cm-disk-highlighted' });

/** The text is never written: where its disks are is found once. */
const ranges = StateField.define<readonly DiskRange[]>({
  create: (state) => diskRanges(state.doc.toString()),
  update: (found) => found,
});

const marks = StateField.define<DecorationSet>({
  create: (state) => marksOf(state, useHighlight.getState().target),
  update: (before, { effects, state }) => {
    const target = effects.find((effect) => effect.is(setTarget));
    return target === undefined ? before : marksOf(state, target.value);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function rangeOf(state: EditorState, target: string | null): DiskRange | undefined {
  return target === null ? undefined : state.field(ranges).find((range) => range.target === target);
}

function marksOf(state: EditorState, target: string | null): DecorationSet {
  const range = rangeOf(state, target);
  if (range === undefined) return Decoration.none;
  return Decoration.set(lineStarts(state, range.from, range.to).map((start) => LINE.range(start)));
}

function lineStarts(state: EditorState, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let at = state.doc.lineAt(from).number; at <= state.doc.lineAt(to).number; at += 1) {
    starts.push(state.doc.line(at).from);
  }
  return starts;
}

function onPointer(event: MouseEvent, view: EditorView): void {
  const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
  const range = at === null ? undefined : view.state.field(ranges).find(({ from, to }) => at >= from && at <= to);
  highlightDisk(range?.target ?? null);
}

export interface HighlightedXml {
  readonly extension: Extension;
  /** Brings a disk's lines to the middle, and out of a fold of unchanged lines. What is not in the text moves nothing. */
  readonly reveal: (target: string) => void;
}

/** For one XML view at a time; make it once and keep it. */
export function highlightedXml(): HighlightedXml {
  let shown: EditorView | null = null;
  const plugin = ViewPlugin.define(
    (view) => {
      shown = view;
      const stop = useHighlight.subscribe(({ target }) => view.dispatch({ effects: setTarget.of(target) }));
      return {
        destroy: () => {
          stop();
          if (shown === view) shown = null;
        },
      };
    },
    { eventHandlers: { mousemove: onPointer, mouseleave: () => highlightDisk(null) } },
  );
  const reveal = (target: string): void => {
    const range = shown === null ? undefined : rangeOf(shown.state, target);
    if (shown === null || range === undefined) return;
    shown.dispatch({ effects: unfold(shown.state, range) });
    shown.dispatch({ effects: EditorView.scrollIntoView(range.from, { y: 'center' }) });
  };
  return { extension: [ranges, marks, plugin], reveal };
}

/** A fold is named by where it begins, which nobody tells: of the lines between two changes one is it, and the others are no fold. */
function unfold(state: EditorState, { from, to }: DiskRange): StateEffect<number>[] {
  const chunks = getChunks(state)?.chunks;
  if (chunks === undefined) return [];
  const start = Math.max(0, ...chunks.filter(({ toB }) => toB <= from).map(({ toB }) => Math.min(toB, from)));
  return lineStarts(state, start, to).map((line) => uncollapseUnchanged.of(line));
}
