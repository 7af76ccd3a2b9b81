import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { readOnlyXml } from './editor.ts';
import './xml.css';

interface XmlViewProps {
  readonly text: string;
  readonly label: string;
  /** What else this view is to do; must stay the same object for as long as it does. */
  readonly extension?: Extension;
  /** It is a part of a text: without numbers, and long lines go on below. */
  readonly excerpt?: boolean;
}

/** XML to read: coloured, numbered, only the lines in sight in the DOM. */
export function XmlView({ text, label, extension, excerpt = false }: XmlViewProps) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (parent.current === null) return undefined;
    const view = new EditorView({
      parent: parent.current,
      state: EditorState.create({ doc: text, extensions: [readOnlyXml(label, excerpt), extension ?? []] }),
    });
    return () => view.destroy();
  }, [text, label, extension, excerpt]);
  return <div ref={parent} className="xml-view" />;
}
