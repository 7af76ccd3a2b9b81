import { xml } from '@codemirror/lang-xml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { cspNonce } from '../csp-nonce.ts';

/** Colours come from the tokens by custom property, so that one style serves light and dark. */
const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: 'var(--xml-name)' },
  { tag: tags.attributeName, color: 'var(--xml-attribute)' },
  { tag: [tags.attributeValue, tags.string], color: 'var(--xml-string)' },
  { tag: [tags.comment, tags.processingInstruction], color: 'var(--muted)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '12px', backgroundColor: 'var(--surface)', color: 'var(--text)', height: '100%' },
  '&.cm-focused': { outline: '2px solid var(--accent-text)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '18px' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--muted)', borderRight: '1px solid var(--hairline)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--selected)',
  },
  // A sign at the start of each line says what its colour says.
  '.cm-line, .cm-deletedLine': { position: 'relative', paddingLeft: '20px' },
  '.cm-changedLine, &.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--teal-bg)' },
  '.cm-changedLine::before': { content: '"+"', position: 'absolute', left: '7px', color: 'var(--teal)' },
  '.cm-deletedChunk, &.cm-merge-b .cm-deletedChunk': { backgroundColor: 'var(--red-bg)', paddingLeft: '0' },
  '.cm-deletedLine::before': { content: '"−"', position: 'absolute', left: '7px', color: 'var(--red)' },
  '.cm-deletedLine del': { textDecoration: 'none' },
  '.cm-changedText, &.cm-merge-b .cm-changedText, .cm-deletedText, .cm-deletedChunk .cm-deletedText': {
    background: 'none',
  },
  '.cm-changedLineGutter, &.cm-merge-b .cm-changedLineGutter': { background: 'var(--teal-line)' },
  '.cm-deletedLineGutter, &.cm-merge-b .cm-deletedLineGutter': { background: 'var(--red-line)' },
  '.cm-collapsedLines': { color: 'var(--muted)', background: 'var(--sunken)', padding: '2px 20px' },
  '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '"⋯"', color: 'var(--muted)' },
});

/** What every XML view has in common: read, never written; reachable and named for screen readers; no style without the nonce. */
export function readOnlyXml(label: string, excerpt = false): Extension[] {
  return [
    EditorView.cspNonce.of(cspNonce()),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', 'aria-readonly': 'true' }),
    // Of a part of a text, there is little room, and the numbers would be those of another text.
    excerpt ? EditorView.lineWrapping : lineNumbers(),
    // Characters that turn the direction of writing, or are not seen, are shown as what they are.
    highlightSpecialChars(),
    xml(),
    syntaxHighlighting(colours),
    look,
  ];
}
