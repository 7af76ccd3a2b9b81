import { useTranslation } from 'react-i18next';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import type { ImageLayer } from '../../../../src-core/disks/types.ts';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';

/** The image of a disk and what it stands on, the nearest first; who says so, and what of it could not be read. */
export function DiskLayers({ disk, complete }: { readonly disk: MachineDisk; readonly complete: boolean }) {
  const { t } = useTranslation();
  const { layers } = disk;
  const shown = layers.length > 1 || layers.some(({ problem }) => problem !== null);
  if (disk.source === null || (complete && !shown)) return null;
  return (
    <div className="disk-layers">
      <h3 className="head">{t('disks.layers.title')}</h3>
      {shown && (
        <ol>
          {layers.map((layer, at) => (
            <Layer key={at} layer={layer} first={at === 0} />
          ))}
        </ol>
      )}
      {!complete && <p className="small muted">{t('disks.layers.reading')}</p>}
    </div>
  );
}

function Layer({ layer, first }: { readonly layer: ImageLayer; readonly first: boolean }) {
  const { t } = useTranslation();
  const { source, format, type, capacity, allocation, told, problem } = layer;
  const sizes =
    allocation === null && capacity === null
      ? null
      : t('disks.layers.sizes', {
          capacity: formatBytes(capacity),
          allocation: formatBytes(allocation),
        });
  return (
    <li>
      <span className="mono disk-layers-source">{visible(source)}</span>
      <span className="small muted">
        {[visible(format ?? type), sizes, first ? null : t(`disks.layers.told.${told}`)]
          .filter((part) => part !== null)
          .join(' · ')}
      </span>
      {problem !== null && (
        <span className="small disk-layers-problem tone-warning">
          <Sign name="warning" tone="warning" />
          {visible(problem)}
        </span>
      )}
    </li>
  );
}
