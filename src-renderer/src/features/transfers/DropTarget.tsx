import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHosts } from '../../app/stores/hosts.ts';
import { useNavigation } from '../../app/stores/navigation.ts';
import type { Place } from '../../app/stores/navigation.ts';
import { usePools } from '../../app/stores/pools.ts';
import type { Pool } from '../../../../src-core/contract/schemas.ts';
import { offerFiles } from '../../app/stores/sending.ts';
import { Sign } from '../../components/Sign.tsx';
import './transfers.css';

interface Target {
  readonly hostId: string | null;
  readonly pool: string | null;
}

/** Where a file goes that is dropped on this page: the pool in sight, or at least the host that one looks at. */
export function targetOf(place: Place, pools: readonly Pool[] | null): Target {
  switch (place.kind) {
    case 'storage':
      // The page shows the first active pool where none was chosen.
      return { hostId: place.hostId, pool: place.pool ?? pools?.find(({ active }) => active)?.name ?? null };
    case 'host':
      return { hostId: place.hostId, pool: null };
    case 'machine':
      return { hostId: place.machine.hostId, pool: null };
    default:
      return { hostId: null, pool: null };
  }
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}

/** The whole window takes files: while some are dragged over it, it says where they would go. */
export function DropTarget() {
  const { t } = useTranslation();
  const place = useNavigation((state) => state.place);
  const pools = usePools((state) => (place.kind === 'storage' ? (state.pools[place.hostId]?.items ?? null) : null));
  const { hostId: to, pool: wanted } = targetOf(place, pools);
  const host = useHosts((state) => (to === null ? undefined : state.byId[to]));
  const [over, setOver] = useState(false);
  const open = host?.state === 'connected' && !host.readOnly;
  const hostId = open ? to : null;
  const pool = open ? wanted : null;

  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    // To nothing: it has left the window.
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void offerFiles([...(event.dataTransfer?.files ?? [])], { hostId, pool });
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [hostId, pool]);

  if (!over) return null;
  const words =
    hostId === null || host === undefined
      ? t('transfers.drop.anywhere')
      : pool === null
        ? t('transfers.drop.host', { host: host.name })
        : t('transfers.drop.pool', { host: host.name, pool });
  return (
    <div className="drop-target" role="status">
      <p>
        <Sign name="move" tone="accent" /> {words}
      </p>
    </div>
  );
}
