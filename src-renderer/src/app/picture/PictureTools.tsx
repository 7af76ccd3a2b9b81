import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { visible } from '../../i18n/visible.ts';

export type PictureFormat = 'svg' | 'png';

/** What came of saving: a path, null where the question was cancelled, or what went wrong. */
export type Saved =
  { readonly ok: true; readonly path: string | null } | { readonly ok: false; readonly error: ErrorData };

interface PictureToolsProps {
  readonly zoom: number;
  readonly canZoomIn: boolean;
  readonly canZoomOut: boolean;
  readonly onZoom: (direction: 1 | -1) => void;
  readonly onOne: () => void;
  readonly onFit: () => void;
  readonly onSave: (format: PictureFormat) => Promise<Saved>;
  /** What stands first, for whoever places the picture. */
  readonly children?: ReactNode;
}

/** Nearer, further, all of it; and keep it: as a drawing, as an image, on paper. */
export function PictureTools(props: PictureToolsProps) {
  const { t } = useTranslation();
  const { zoom, canZoomIn, canZoomOut, onZoom, onOne, onFit, onSave, children } = props;
  const [saved, setSaved] = useState<Saved | null>(null);
  const save = async (format: PictureFormat): Promise<void> => {
    setSaved(null);
    setSaved(await onSave(format));
  };
  return (
    <div className="picture-tools" role="toolbar" aria-label={t('picture.tools')}>
      {children}
      <Tool label={t('picture.zoomOut')} keys="-" disabled={!canZoomOut} onClick={() => onZoom(-1)}>
        −
      </Tool>
      <Tool label={t('picture.zoomOne')} keys="0" onClick={onOne}>
        {t('picture.zoom', { percent: Math.round(zoom * 100) })}
      </Tool>
      <Tool label={t('picture.zoomIn')} keys="+" disabled={!canZoomIn} onClick={() => onZoom(1)}>
        +
      </Tool>
      <button type="button" className="picture-tool" onClick={onFit}>
        {t('picture.zoomFit')}
      </button>
      <span className="spread" />
      <span className="muted small picture-save" aria-hidden="true">
        {t('picture.save')}
      </span>
      {(['svg', 'png'] as const).map((format) => (
        <button
          key={format}
          type="button"
          className="picture-tool"
          aria-label={t('picture.saveAs', { format: format.toUpperCase() })}
          onClick={() => void save(format)}
        >
          {format.toUpperCase()}
        </button>
      ))}
      <button type="button" className="picture-tool" onClick={() => window.print()}>
        {t('picture.print')}
      </button>
      <div className="picture-said" role="status" hidden={saved === null || (saved.ok && saved.path === null)}>
        {saved?.ok === true && saved.path !== null && t('picture.saved', { path: visible(saved.path) })}
        {saved?.ok === false && <ErrorNotice error={saved.error} />}
      </div>
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  /** The key that does the same. */
  readonly keys: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Tool({ label, keys, disabled = false, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      className="picture-tool"
      title={`${label} (${keys})`}
      aria-label={label}
      aria-keyshortcuts={keys}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
