import { xml } from '@codemirror/lang-xml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
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
  '.cm-changedLine, &.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': { backgroundColor: 'var(--teal-bg)' },
  '&.cm-merge-b .cm-changedText, .cm-changedText': { background: 'none', fontWeight: '600' },
  '.cm-deletedChunk, &.cm-merge-b .cm-deletedChunk': { backgroundColor: 'var(--red-bg)', paddingLeft: '6px' },
  '.cm-deletedChunk .cm-deletedText, &.cm-merge-b .cm-deletedText, .cm-deletedLine del': {
    background: 'none',
    textDecoration: 'none',
  },
  '.cm-deletedLine::before': { content: '"− "', color: 'var(--red)' },
  '&.cm-merge-b .cm-changedLineGutter, .cm-changedLineGutter': { background: 'var(--teal-line)' },
  '&.cm-merge-b .cm-deletedLineGutter, .cm-deletedLineGutter': { background: 'var(--red-line)' },
  '.cm-collapsedLines': { color: 'var(--muted)', background: 'var(--sunken)', padding: '2px 8px' },
});

/** What every XML view has in common: read, never written; reachable and named for screen readers; no style without the nonce. */
export function readOnlyXml(label: string): Extension[] {
  return [
    EditorView.cspNonce.of(cspNonce()),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', 'aria-readonly': 'true' }),
    lineNumbers(),
    xml(),
    syntaxHighlighting(colours),
    look,
  ];
}
