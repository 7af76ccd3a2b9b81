import { visible } from '../i18n/visible.ts';
import { splitPath } from './format.ts';
import './path-text.css';

/** A path that gives up its folder before its file name when there is little room, or at once. The whole of it is in the title. */
export function PathText({ path, fileOnly = false }: { readonly path: string | null; readonly fileOnly?: boolean }) {
  if (path === null) return <span className="muted">—</span>;
  const { folder, file } = splitPath(visible(path));
  return (
    <span className="path-text mono" title={visible(path)}>
      {folder !== '' && !fileOnly && <span className="path-text-folder">{folder}</span>}
      <span className="path-text-file">{file}</span>
    </span>
  );
}
