import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Host, Volume, VolumeLook } from '../../../../src-core/contract/schemas.ts';
import { ask } from '../../app/salvor.ts';
import { openCopy } from '../../app/stores/sending.ts';
import { noteTransfer } from '../../app/stores/transfers.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { bootsBy, contentKind, nameProblem } from '../../components/content-words.ts';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';

/** Whoever goes through the list with the arrow keys does not stop at each one. */
const REST_MS = 350;

interface VolumeDetailsProps {
  readonly host: Host;
  readonly pool: string;
  readonly name: string;
  /** undefined: not known yet; null: it has gone. */
  readonly volume: Volume | null | undefined;
  readonly onClose: () => void;
}

/** The chosen volume: what it is, by its own bytes too, whether it can be a medium, and where it can be sent. */
export function VolumeDetails({ host, pool, name, volume, onClose }: VolumeDetailsProps) {
  const { t } = useTranslation();
  return (
    <aside className="volume-details pane-scroll" aria-labelledby="volume-title">
      <div className="row volume-details-head">
        <h3 id="volume-title" className="name">
          {visible(name)}
        </h3>
        <span className="spread">
          <IconButton sign="close" label={t('storage.close')} onClick={onClose} />
        </span>
      </div>
      {volume === undefined && <Skeleton lines={5} />}
      {volume === null && (
        <div role="alert">
          <Notice tone="warning" kind={t('common.note')}>
            <strong>{t('storage.gone', { name })}</strong>
            <div>{t(host.readOnly ? 'storage.goneReadOnly' : 'storage.goneHelp')}</div>
          </Notice>
        </div>
      )}
      {volume != null && <Facts host={host} pool={pool} volume={volume} />}
    </aside>
  );
}

function Facts({ host, pool, volume }: { readonly host: Host; readonly pool: string; readonly volume: Volume }) {
  const { t } = useTranslation();
  const rows: readonly (readonly [string, ReactNode])[] = [
    [
      t('storage.facts.path'),
      <span key="path" className="mono">
        {visible(volume.path ?? '—')}
      </span>,
    ],
    [t('storage.facts.format'), visible(volume.format ?? '—')],
    [t('storage.facts.capacity'), formatBytes(volume.capacity)],
    [t('storage.facts.allocation'), formatBytes(volume.allocation)],
    [t('storage.facts.content'), <Content key="content" host={host} pool={pool} volume={volume} />],
    [t('storage.facts.medium'), <AsMedium key="medium" volume={volume} />],
  ];
  return (
    <>
      <dl className="volume-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {volume.unfit !== 'directory' && <SendButtons host={host} pool={pool} name={volume.name} />}
    </>
  );
}

/** Why it cannot be a rescue medium, in a sentence that names who stands in the way. */
function AsMedium({ volume: { unfit, machines } }: { readonly volume: Volume }) {
  const { t } = useTranslation();
  if (unfit === null)
    return (
      <>
        <Sign name="check" tone="good" /> {t('storage.fit')}
      </>
    );
  return (
    <>
      <Sign name="refused" tone="refused" />{' '}
      {t(`storage.unfit.${unfit}`, { count: machines.length, machines: machines.map(visible).join(', ') })}
    </>
  );
}

/** By its own bytes: read once one rests on it. */
function Content({ host, pool, volume }: { readonly host: Host; readonly pool: string; readonly volume: Volume }) {
  const { t } = useTranslation();
  const [look, setLook] = useState<VolumeLook | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const { name, unfit } = volume;
  const isImage = unfit !== 'directory' && unfit !== 'no-path';
  useEffect(() => {
    if (!isImage) return;
    let left = false;
    const timer = window.setTimeout(() => {
      void ask('pools.look', { hostId: host.id, pool, name }).then((answer) => {
        if (left) return;
        if (answer.ok) setLook(answer.value ?? { content: null, hash: null });
        else setError(answer.error);
      });
    }, REST_MS);
    return () => {
      left = true;
      window.clearTimeout(timer);
    };
  }, [host.id, pool, name, isImage]);
  if (!isImage) return '—';
  if (error !== null) return <span className="tone-warning">{t('storage.lookFailed', { why: error.message })}</span>;
  if (look === null) return <span className="muted">{t('storage.looking')}</span>;
  if (look.content === null) return t('rescue.medium.notExamined');
  const { content } = look;
  const lie = nameProblem(name, content);
  const kind = t(`rescue.medium.kind.${contentKind(content)}`);
  return (
    <>
      {kind}
      {content.kind === 'image' && ` (${content.format})`}
      {content.label !== null && <span className="muted"> “{visible(content.label)}”</span>}
      <br />
      {t(`storage.boots.${bootsBy(content)}`)}
      {lie !== null && (
        <span className="tone-warning volume-lie">
          <Sign name="warning" tone="warning" /> {t(`transfers.lie.${lie.kind}`, { said: lie.said, is: lie.is })}
        </span>
      )}
    </>
  );
}

/** To this computer, or to another pool. Reading changes nothing: a read-only connection cannot open a stream all the same. */
function SendButtons({ host, pool, name }: { readonly host: Host; readonly pool: string; readonly name: string }) {
  const { t } = useTranslation();
  const [error, setError] = useState<ErrorData | null>(null);
  const from = { hostId: host.id, pool, name };
  const download = async (): Promise<void> => {
    const answer = await ask('transfers.download', { from, options: { verify: true } });
    setError(answer.ok ? null : answer.error);
    if (answer.ok && answer.value !== null) noteTransfer(answer.value);
  };
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      <div className="row volume-send">
        <Button
          variant="outlined"
          disabled={host.readOnly}
          aria-describedby={host.readOnly ? 'pool-read-only' : undefined}
          onClick={() => void download()}
        >
          {t('storage.download')}
        </Button>
        <Button
          variant="outlined"
          disabled={host.readOnly}
          aria-describedby={host.readOnly ? 'pool-read-only' : undefined}
          onClick={() => openCopy(from)}
        >
          {t('storage.copy')}
        </Button>
      </div>
    </>
  );
}
