import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, Volume } from '../../../../src-core/contract/schemas.ts';
import { wantVolumes } from '../../app/stores/pools.ts';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes } from '../../components/format.ts';
import { moveChoice } from '../../components/move-choice.ts';
import { visible } from '../../i18n/visible.ts';

const ROW_HEIGHT = 26;
const OVERSCAN = 12;

interface VolumeListProps {
  readonly host: Host;
  readonly pool: string;
  readonly names: readonly string[];
  readonly described: ReadonlyMap<string, Volume | null>;
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

/**
 * All volumes of a pool, only those in sight in the DOM, and only those described. The list keeps the focus and names the chosen option, as
 * the list of machines does.
 */
export function VolumeList({ host, pool, names, described, chosen, onChoose }: VolumeListProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const index = chosen === null ? -1 : names.indexOf(chosen);
  const virtualizer = useVirtualizer({
    count: names.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: (at) => names[at] ?? at,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (last >= first) wantVolumes(host.id, pool, names.slice(first, last + 1));
  }, [host.id, pool, names, first, last]);

  useEffect(() => {
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
    // Only when another volume is chosen: a list that jumps back while one scrolls is no help.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const pageSize = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_HEIGHT) / ROW_HEIGHT) - 1);
    const to = moveChoice(event.key, index, names.length, pageSize);
    if (to === null) return;
    event.preventDefault();
    const name = names[to];
    if (name !== undefined) onChoose(name);
  };

  return (
    <div className="volume-table">
      <div className="volume-columns volume-columns-head small muted" aria-hidden="true">
        <span>{t('storage.column.name')}</span>
        <span>{t('storage.column.format')}</span>
        <span className="num">{t('storage.column.capacity')}</span>
        <span className="num">{t('storage.column.allocation')}</span>
        <span>{t('storage.column.use')}</span>
      </div>
      <div
        ref={scroller}
        className="volume-rows pane-scroll"
        role="listbox"
        tabIndex={0}
        aria-label={t('storage.volumesOf', { pool })}
        aria-activedescendant={index >= 0 ? `${base}-${index}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const name = names[item.index];
            if (name === undefined) return null;
            return (
              <VolumeOption
                key={item.key}
                id={`${base}-${item.index}`}
                name={name}
                volume={described.get(name)}
                top={item.start}
                place={item.index + 1}
                count={names.length}
                selected={item.index === index}
                onChoose={onChoose}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface VolumeOptionProps {
  readonly id: string;
  readonly name: string;
  /** undefined: not known yet; null: it has gone. */
  readonly volume: Volume | null | undefined;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly selected: boolean;
  readonly onChoose: (name: string) => void;
}

function VolumeOption({ id, name, volume, top, place, count, selected, onChoose }: VolumeOptionProps) {
  const { t } = useTranslation();
  return (
    <div
      id={id}
      role="option"
      aria-selected={selected}
      aria-posinset={place}
      aria-setsize={count}
      className={volume === null ? 'volume-option volume-columns muted' : 'volume-option volume-columns'}
      style={{ transform: `translateY(${top}px)` }}
      title={visible(volume?.path ?? name)}
      onClick={() => onChoose(name)}
    >
      <span className="volume-option-name">
        <Sign name={volume?.format === 'iso' ? 'cdrom' : 'disk'} tone="unchanged" />
        <span className="ellipsis name">{visible(name)}</span>
      </span>
      {volume === null && <span className="small">{t('storage.goneShort')}</span>}
      {volume != null && (
        <>
          <span className="muted">{visible(volume.format ?? '—')}</span>
          <span className="num muted">{formatBytes(volume.capacity)}</span>
          <span className="num muted">{formatBytes(volume.allocation)}</span>
          <VolumeUse volume={volume} />
        </>
      )}
    </div>
  );
}

/** Who has it as a disk, or else why it is no medium, in short. */
function VolumeUse({ volume: { unfit, machines } }: { readonly volume: Volume }) {
  const { t } = useTranslation();
  if (unfit === null) return <span />;
  return (
    <span className="volume-use small muted">
      {unfit === 'in-use' && <Sign name="running" tone="good" label={t('storage.running')} />}
      <span className="ellipsis">
        {machines.length > 0 ? machines.map(visible).join(', ') : t(`rescue.medium.unfit.${unfit}`)}
      </span>
    </span>
  );
}
