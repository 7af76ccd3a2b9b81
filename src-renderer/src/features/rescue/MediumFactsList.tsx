import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { Placement } from '../../../../src-core/rescue/plan-types.ts';
import type { BootFile, HeadHash, MediumFacts } from '../../../../src-core/rescue/types.ts';
import { Sign } from '../../components/Sign.tsx';
import { bootsBy, contentKind } from '../../components/content-words.ts';
import { formatBytes, formatTime } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { fitOf } from './medium-words.ts';

interface MediumFactsListProps {
  readonly facts: MediumFacts;
  /** How it is attached; null: nothing is planned, or there is no place for it. */
  readonly placement: Placement | null;
  readonly firmware: MachineDetails['firmware'];
}

/** What the host, and the medium's first bytes, say of it; and that it stays as it is. */
export function MediumFactsList({ facts, placement, firmware }: MediumFactsListProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const { content, hash, bootFiles } = facts;
  if (!facts.found) {
    return (
      <p className="small medium-problem">
        <Sign name="refused" tone="refused" /> {visible(facts.problem ?? t('rescue.medium.notFound'))}
      </p>
    );
  }
  const writes = placement?.writes ?? null;
  const rows: readonly (readonly [string, ReactNode])[] = [
    [t('rescue.medium.facts.source'), sourceLine(facts)],
    [t('rescue.medium.facts.content'), facts.spec.kind === 'kernel' ? null : <ContentWords facts={facts} />],
    [t('rescue.medium.facts.boots'), content === null ? null : <BootsWords content={content} firmware={firmware} />],
    [t('rescue.medium.facts.label'), content?.label ?? null],
    [t('rescue.medium.facts.size'), formatBytes(content?.virtualSize ?? facts.size)],
    [
      t('rescue.medium.facts.format'),
      placement === null ? facts.format : `${placement.format.value}: ${words(placement.format.why)}`,
    ],
    [
      t('rescue.medium.facts.writes'),
      writes === null ? null : t(`rescue.medium.writes.${writes.value}`, { why: words(writes.why) }),
    ],
    [t('rescue.medium.facts.modified'), formatModified(facts.modified)],
    [t('rescue.medium.facts.hash'), hash === null ? null : <Hash hash={hash} size={facts.size} />],
  ];
  return (
    <dl className="medium-facts">
      {rows
        .filter(([, value]) => value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? visible(value) : value}</dd>
          </div>
        ))}
      {bootFiles.map((file) => (
        <div key={file.role}>
          <dt>{t(`rescue.medium.${file.role}`)}</dt>
          <dd>
            <BootFileWords file={file} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ContentWords({ facts: { content } }: { readonly facts: MediumFacts }) {
  const { t } = useTranslation();
  if (content === null) return t('rescue.medium.notExamined');
  return t(`rescue.medium.kind.${contentKind(content)}`);
}

/** What it boots by, and whether that is this guest's firmware. */
function BootsWords({
  content,
  firmware,
}: {
  readonly content: NonNullable<MediumFacts['content']>;
  readonly firmware: MachineDetails['firmware'];
}) {
  const { t } = useTranslation();
  const fit = fitOf(content, firmware);
  const arches = content.efiArches?.join(', ') ?? '';
  return (
    <>
      {t(`rescue.medium.boots.${bootsBy(content)}`)}
      {arches !== '' && ` (${arches})`}
      {fit !== null && (
        <span className={fit ? 'medium-fit' : 'medium-fit tone-warning'}>
          <Sign name={fit ? 'check' : 'warning'} tone={fit ? 'good' : 'warning'} />
          {t(fit ? 'rescue.medium.fits' : 'rescue.medium.fitsNot', { firmware: t(`machine.firmware.${firmware}`) })}
        </span>
      )}
    </>
  );
}

function Hash({ hash, size }: { readonly hash: HeadHash; readonly size: number | null }) {
  const { t } = useTranslation();
  const whole = hash.bytes === size;
  return (
    <>
      {whole ? t('rescue.medium.hashWhole') : t('rescue.medium.hashHead', { size: formatBytes(hash.bytes) })}
      <span className="mono medium-hash">{hash.sha256}</span>
    </>
  );
}

function BootFileWords({ file: { file, size, content, hash } }: { readonly file: BootFile }) {
  const { t } = useTranslation();
  const kind = content === null ? t('rescue.medium.notExamined') : t(`rescue.medium.bootFile.${content.kind}`);
  const words = [kind, content?.arch ?? null, size === null ? null : formatBytes(size)];
  return (
    <>
      <span className="mono">{visible(file)}</span>
      <br />
      {words.filter((word) => word !== null).join(' · ')}
      {hash !== null && <Hash hash={hash} size={size} />}
    </>
  );
}

/** Seconds since 1970, as the host tells them. */
function formatModified(modified: string | null): string | null {
  const date = new Date(modified === null ? Number.NaN : Number(modified) * 1000);
  return Number.isNaN(date.getTime()) ? null : formatTime(date.toISOString());
}

/** Where the image is, in one line: of the original image this is the only place that says it. */
function sourceLine({ spec, source }: MediumFacts): string | null {
  if (spec.kind === 'volume') return `${spec.pool}/${spec.name}`;
  if (source === null) return null;
  switch (source.type) {
    case 'file':
      return source.file;
    case 'block':
      return source.dev;
    case 'volume':
      return `${source.pool}/${source.volume}`;
    case 'network':
      return `${source.protocol}://${source.host}:${source.port}${source.name}`;
  }
}
