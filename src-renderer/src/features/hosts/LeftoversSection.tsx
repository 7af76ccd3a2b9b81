import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { EndedUnseen, Leftover } from '../../../../src-core/contract/journal-schemas.ts';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { withLocalTimes } from '../../components/format.ts';
import { Skeleton } from '../../components/Skeleton.tsx';
import { visible } from '../../i18n/visible.ts';
import { LeftoversTable } from './LeftoversTable.tsx';
import { lookForLeftovers, removeLeftovers, selectLeftovers, useLeftovers } from './leftovers-store.ts';

/** What rescues left behind on this host, each with what says that it is ours, and its removal. */
export function LeftoversSection({ host }: { readonly host: Host }) {
  const { t } = useTranslation();
  const { value, error } = useLeftovers((state) => selectLeftovers(state, host.id));
  const [looking, setLooking] = useState(false);
  const connected = host.state === 'connected';
  useEffect(() => {
    if (connected) void lookForLeftovers(host.id);
  }, [host.id, connected]);
  const look = async (): Promise<void> => {
    setLooking(true);
    await lookForLeftovers(host.id);
    setLooking(false);
  };
  return (
    <section className="leftovers" aria-labelledby="leftovers-title">
      <div className="row">
        <h2 id="leftovers-title" className="head">
          {t('leftovers.title')}
        </h2>
        {connected && (
          <span className="spread">
            <Button variant="text" disabled={looking} onClick={() => void look()}>
              {t('leftovers.refresh')}
            </Button>
          </span>
        )}
      </div>
      {!connected && <p className="muted">{t('leftovers.unknown')}</p>}
      {connected && error !== null && <ErrorNotice error={error} />}
      {connected && value === null && error === null && <Skeleton lines={2} />}
      {connected && value !== null && (
        <>
          {value.leftovers.length === 0 && value.endedUnseen.length === 0 && (
            <p className="muted">{t('leftovers.none')}</p>
          )}
          <Ours key={host.id} host={host} leftovers={value.leftovers.filter(({ removable }) => removable)} />
          <Foreign leftovers={value.leftovers.filter(({ removable }) => !removable)} />
          <Unseen sessions={value.endedUnseen} />
        </>
      )}
    </section>
  );
}

interface OursProps {
  readonly host: Host;
  readonly leftovers: readonly Leftover[];
}

/** What Salvor made itself: chosen, asked about once more by name of the host, removed, and what became of each. */
function Ours({ host, leftovers }: OursProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { removed, stayed } = useLeftovers((state) => selectLeftovers(state, host.id));
  const selected = leftovers.filter(({ id }) => chosen.has(id));
  const remove = async (): Promise<void> => {
    setBusy(true);
    await removeLeftovers(host.id, selected);
    setBusy(false);
    setAsking(false);
    setChosen(new Set());
  };
  return (
    <>
      {leftovers.length > 0 && (
        <>
          <p className="small muted">{t('leftovers.help')}</p>
          <LeftoversTable leftovers={leftovers} chosen={chosen} disabled={busy || asking} onChoose={setChosen} />
          {asking ? (
            <RemovePanel
              host={host}
              count={selected.length}
              busy={busy}
              onConfirm={() => void remove()}
              onClose={() => setAsking(false)}
            />
          ) : (
            <div className="row">
              <Button
                variant="outlined"
                disabled={selected.length === 0 || host.readOnly}
                aria-describedby={host.readOnly ? 'leftovers-not' : undefined}
                onClick={() => setAsking(true)}
              >
                {selected.length === 0 ? t('leftovers.removeNone') : t('leftovers.remove', { count: selected.length })}
              </Button>
              {host.readOnly && (
                <span id="leftovers-not" className="small muted">
                  {t('leftovers.readOnly')}
                </span>
              )}
            </div>
          )}
        </>
      )}
      <div role="status">
        {removed > 0 && (
          <p>
            <Sign name="check" tone="good" /> {t('leftovers.removed', { count: removed })}
          </p>
        )}
        {stayed.map(({ name, problem }) => (
          <p key={name} className="tone-refused">
            <Sign name="refused" tone="refused" /> {t('leftovers.notRemoved', { name, problem })}
          </p>
        ))}
      </div>
    </>
  );
}

interface RemovePanelProps {
  readonly host: Host;
  readonly count: number;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

function RemovePanel({ host, count, busy, onConfirm, onClose }: RemovePanelProps) {
  const { t } = useTranslation();
  const back = useRef<HTMLButtonElement>(null);
  // Removing cannot be taken back: Enter pressed twice by habit must not do it.
  useEffect(() => back.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || busy) return;
    event.preventDefault();
    onClose();
  };
  return (
    <div className="ask" role="group" aria-labelledby="leftovers-ask" onKeyDown={onKeyDown}>
      <strong id="leftovers-ask">{t('leftovers.confirmTitle', { count, host: host.name })}</strong>
      <p className="small">{t('leftovers.confirmHelp')}</p>
      <div className="row">
        <Button ref={back} variant="outlined" disabled={busy} onClick={onClose}>
          {t('common.back')}
        </Button>
        <Button variant="contained" disabled={busy} onClick={onConfirm}>
          {t('leftovers.confirm', { host: host.name })}
        </Button>
      </div>
    </div>
  );
}

/** They may be a rescue's, and may be anybody's: told, so that somebody who knows can look. */
function Foreign({ leftovers }: { readonly leftovers: readonly Leftover[] }) {
  const { t } = useTranslation();
  if (leftovers.length === 0) return null;
  return (
    <div>
      <h3 className="head">{t('leftovers.foreign')}</h3>
      <p className="small muted">{t('leftovers.foreignHelp')}</p>
      <ul className="leftovers-plain">
        {leftovers.map(({ id, name, why }) => (
          <li key={id}>
            <code>{visible(name)}</code> <span className="small muted">{visible(withLocalTimes(why))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Unseen({ sessions }: { readonly sessions: readonly EndedUnseen[] }) {
  const { t } = useTranslation();
  if (sessions.length === 0) return null;
  return (
    <div>
      <h3 className="head">{t('leftovers.endedUnseen')}</h3>
      <ul className="leftovers-plain">
        {sessions.map(({ session, domain, told }) => (
          <li key={session}>
            <strong>{visible(domain)}</strong> <span>{visible(withLocalTimes(told))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
