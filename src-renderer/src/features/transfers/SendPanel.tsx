import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useHosts } from '../../app/stores/hosts.ts';
import { usePools } from '../../app/stores/pools.ts';
import { closeSending, setVerify, startSending, useSending } from '../../app/stores/sending.ts';
import type { SendItem } from '../../app/stores/sending.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes } from '../../components/format.ts';
import { PlaceFields } from './PlaceFields.tsx';
import { SendItemRow } from './SendItemRow.tsx';
import { hindranceOf, sumOfRooms, useRooms } from './rooms.ts';
import type { Hindrance, Rooms } from './rooms.ts';
import './transfers.css';

/** What is about to be sent, below whatever page one looks at: where to, under which names, whether there is room. */
export function SendPanel() {
  const { t } = useTranslation();
  const items = useSending((state) => state.items);
  const error = useSending((state) => state.error);
  const [first] = items;
  if (first === undefined && error === null) return null;
  return (
    <section className="send-panel" aria-labelledby="send-title">
      <header className="row">
        <h2 id="send-title">
          {first === undefined
            ? t('transfers.send.nothing')
            : first.from === null
              ? t('transfers.send.upload', { count: items.length })
              : t('transfers.send.copy')}
        </h2>
        {first !== undefined && <span className="muted small">{t('transfers.send.nameHelp')}</span>}
        <span className="spread">
          <IconButton sign="close" label={t('transfers.send.close')} onClick={closeSending} />
        </span>
      </header>
      {error !== null && <ErrorNotice error={error} />}
      {first !== undefined && <SendForm items={items} />}
    </section>
  );
}

function SendForm({ items }: { readonly items: readonly SendItem[] }) {
  const { t } = useTranslation();
  const { hostId, pool: wanted, verify, starting } = useSending();
  const host = useHosts((state) => (hostId === null ? undefined : state.byId[hostId]));
  const pool = usePools((state) =>
    hostId === null ? undefined : state.pools[hostId]?.items?.find(({ name }) => name === wanted),
  );
  const open = host?.state === 'connected' && !host.readOnly ? host : null;
  const place = open !== null && pool?.active === true ? { hostId: open.id, pool: pool.name } : null;
  const rooms = useRooms(items, place);
  const hindrance = hindranceOf(items, place, open?.id ?? null, rooms);
  const form = useRef<HTMLFormElement>(null);
  // It opens while one is somewhere else: the focus goes to what is to be said first.
  useEffect(() => form.current?.querySelector<HTMLElement>('select, input')?.focus(), []);
  return (
    <form
      ref={form}
      className="send-form"
      aria-labelledby="send-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (place !== null && hindrance === null && !starting) void startSending(place);
      }}
      onKeyDown={(event) => event.key === 'Escape' && closeSending()}
    >
      <div className="send-scroll pane-scroll">
        <PlaceFields hostId={hostId} pool={wanted} />
        <ul className="send-items" aria-label={t('transfers.send.items')}>
          {items.map((item) => (
            <SendItemRow key={item.id} item={item} answer={rooms[item.id]} alone={items.length === 1} />
          ))}
        </ul>
      </div>
      <footer className="send-foot">
        <FormControlLabel
          control={<Checkbox checked={verify} onChange={(event) => setVerify(event.target.checked)} />}
          label={
            <>
              {t('transfers.send.verify')} <span className="muted small">{t('transfers.send.verifyHelp')}</span>
            </>
          }
        />
        <span className="row spread">
          <Ready hindrance={hindrance} items={items} rooms={rooms} />
          <Button
            type="submit"
            variant="contained"
            disabled={hindrance !== null || starting}
            aria-describedby="send-why"
          >
            {t(items[0]?.from == null ? 'transfers.send.start' : 'transfers.send.startCopy', { count: items.length })}
          </Button>
        </span>
      </footer>
    </form>
  );
}

interface ReadyProps {
  readonly hindrance: Hindrance | null;
  readonly items: readonly SendItem[];
  readonly rooms: Rooms;
}

/** Beside the button: what it will take, or why it cannot be pressed. */
function Ready({ hindrance, items, rooms }: ReadyProps) {
  const { t } = useTranslation();
  const { needed, available } = sumOfRooms(items, rooms);
  const sizes = { needed: formatBytes(needed), available: formatBytes(available) };
  const blocked = hindrance === 'problem' || hindrance === 'sum' || hindrance === 'twice';
  return (
    <span id="send-why" className="small send-why" role="status">
      {blocked && <Sign name="refused" tone="refused" />}
      {hindrance === null
        ? t(available === null ? 'transfers.send.needs' : 'transfers.send.fits', sizes)
        : t(`transfers.send.why.${hindrance}`, sizes)}
    </span>
  );
}
