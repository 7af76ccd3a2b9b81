import { splitPath } from './format.ts';
import './path-text.css';

/** A path that gives up its folder before its file name when there is little room. The whole of it is in the title. */
export function PathText({ path }: { readonly path: string | null }) {
  if (path === null) return <span className="muted">—</span>;
  const { folder, file } = splitPath(path);
  return (
    <span className="path-text mono" title={path}>
      {folder !== '' && <span className="path-text-folder">{folder}</span>}
      <span className="path-text-file">{file}</span>
    </span>
  );
}
