import Button from '@mui/material/Button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Transfer, VolumePlace } from '../../../../src-core/contract/transfer.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { act, isUnderWay } from '../../app/stores/transfers.ts';
import type { TransferAction } from '../../app/stores/transfers.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { PathText } from '../../components/PathText.tsx';
import { Sign } from '../../components/Sign.tsx';
import type { SignName, Tone } from '../../components/Sign.tsx';
import { formatBytes, formatRate, formatTime } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { formatLeft, percentOf } from './progress.ts';

const SIGNS: Readonly<Record<Transfer['state'], { readonly sign: SignName; readonly tone: Tone }>> = {
  waiting: { sign: 'pending', tone: 'unchanged' },
  running: { sign: 'step', tone: 'accent' },
  verifying: { sign: 'step', tone: 'accent' },
  interrupted: { sign: 'paused', tone: 'warning' },
  done: { sign: 'check', tone: 'good' },
  failed: { sign: 'refused', tone: 'refused' },
  cancelled: { sign: 'undone', tone: 'unchanged' },
};

interface TransferItemProps {
  readonly transfer: Transfer;
  /** What could not be done to it, when it was asked for last. */
  readonly refused: ErrorData | null;
}

/** One transfer: what goes where, how far it is, and what can be done to it. */
export function TransferItem({ transfer, refused }: TransferItemProps) {
  const { t } = useTranslation();
  const { kind, name, state, error } = transfer;
  const { sign, tone } = SIGNS[state];
  return (
    <li className={`transfer transfer-${state}`}>
      <div className="transfer-head">
        <Sign name={sign} tone={tone} />
        <strong className="name transfer-name" title={visible(name)}>
          {visible(name)}
        </strong>
        <span className="muted nowrap">
          {t(`transfers.kind.${kind}`)} · {t(`transfers.state.${state}`)}
        </span>
        <Actions transfer={transfer} />
      </div>
      <div className="transfer-ends small muted">
        <End place={transfer.from} file={transfer.file} />
        <Sign name="chevron" tone="unchanged" label={t('transfers.to')} />
        <End place={transfer.to} file={transfer.file} />
      </div>
      <Progress transfer={transfer} />
      {error !== null && <ErrorNotice error={error} />}
      {refused !== null && <ErrorNotice error={refused} />}
    </li>
  );
}

function Actions({ transfer }: { readonly transfer: Transfer }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState<TransferAction | null>(null);
  const { id, name, state, resumable } = transfer;
  const run = async (action: TransferAction): Promise<void> => {
    setBusy(action);
    await act(action, id);
    setBusy(null);
  };
  const stopped = state === 'interrupted' || state === 'failed';
  // What is left of one that stopped is removed by cancelling it; then it can be put away.
  const actions: readonly TransferAction[] = [
    ...(stopped && resumable ? (['resume'] as const) : []),
    ...(isUnderWay(transfer) || (stopped && resumable) ? (['cancel'] as const) : (['forget'] as const)),
  ];
  return (
    <span className="row spread">
      {actions.map((action) => (
        <Button
          key={action}
          variant={action === 'resume' ? 'contained' : 'outlined'}
          disabled={busy !== null}
          aria-label={t(`transfers.act.${action}Named`, { name })}
          onClick={() => void run(action)}
        >
          {t(`transfers.act.${action}`)}
        </Button>
      ))}
    </span>
  );
}

/** A volume of a host, which one can go to, or a file of this computer. */
function End({ place, file }: { readonly place: VolumePlace | null; readonly file: string | null }) {
  const { t } = useTranslation();
  const host = useHosts((state) => (place === null ? undefined : state.byId[place.hostId]));
  if (place === null) return file === null ? null : <PathText path={file} />;
  const { hostId, pool } = place;
  return (
    <button
      type="button"
      className="plain-link name ellipsis"
      title={visible(place.name)}
      onClick={() => goTo({ kind: 'storage', hostId, pool })}
    >
      {t('transfers.place', { host: host?.name ?? hostId, pool })}
    </button>
  );
}

function Progress({ transfer }: { readonly transfer: Transfer }) {
  const { t } = useTranslation();
  const { state, size, done, sent, sparse, rate, secondsLeft, sha256, endedAt, name } = transfer;
  const percent = state === 'done' ? 100 : percentOf(transfer);
  const under = isUnderWay(transfer);
  const words = [
    state === 'done' ? formatBytes(size) : t('transfers.doneOf', { done: formatBytes(done), size: formatBytes(size) }),
    under && percent !== null ? `${percent} %` : null,
    under && rate !== null ? formatRate(rate) : null,
    under && secondsLeft !== null ? t('transfers.left', { time: formatLeft(secondsLeft) }) : null,
    sparse && sent < done ? t('transfers.sparse', { sent: formatBytes(sent) }) : null,
    endedAt === null ? null : formatTime(endedAt),
  ].filter((word) => word !== null);
  return (
    <>
      {state !== 'done' && state !== 'cancelled' && (
        <div
          className="transfer-bar"
          role="progressbar"
          aria-label={t('transfers.progressOf', { name })}
          aria-valuemin={0}
          aria-valuemax={100}
          {...(percent === null ? {} : { 'aria-valuenow': percent })}
        >
          <span style={{ width: `${percent ?? 0}%` }} />
        </div>
      )}
      <p className="small transfer-figures">{words.join(' · ')}</p>
      {sha256 !== null && (
        <p className="small muted transfer-hash">
          {t('transfers.verified')} <span className="mono">{sha256}</span>
        </p>
      )}
    </>
  );
}
