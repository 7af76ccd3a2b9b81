import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { readOnlyXml } from './editor.ts';
import './xml.css';

interface XmlDiffProps {
  readonly before: string;
  readonly after: string;
  readonly label: string;
  /** What else this view is to do; must stay the same object for as long as it does. */
  readonly extension?: Extension;
}

/** What becomes of a definition, in one column: removed lines above the lines that take their place, the unchanged folded. */
export function XmlDiff({ before, after, label, extension }: XmlDiffProps) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (parent.current === null) return undefined;
    const merge = unifiedMergeView({
      original: before,
      mergeControls: false,
      collapseUnchanged: { margin: 3, minSize: 6 },
      highlightChanges: false,
    });
    const view = new EditorView({
      parent: parent.current,
      state: EditorState.create({ doc: after, extensions: [readOnlyXml(label), merge, extension ?? []] }),
    });
    return () => view.destroy();
  }, [before, after, label, extension]);
  return <div ref={parent} className="xml-view" />;
}
