import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { readOnlyXml } from './editor.ts';
import './xml.css';

/** XML to read: coloured, numbered, only the lines in sight in the DOM. */
export function XmlView({ text, label }: { readonly text: string; readonly label: string }) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (parent.current === null) return undefined;
    const view = new EditorView({
      parent: parent.current,
      state: EditorState.create({ doc: text, extensions: readOnlyXml(label) }),
    });
    return () => view.destroy();
  }, [text, label]);
  return <div ref={parent} className="xml-view" />;
}
