import { useTranslation } from 'react-i18next';
import type { MediumFacts, ResolvedRequest } from '../../../../src-core/rescue/types.ts';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes } from '../../components/format.ts';
import { useSentenceWords } from '../../i18n/words.ts';

interface MediumFactsListProps {
  readonly facts: MediumFacts;
  /** Where the guest's writes to it go; null: nothing is planned. */
  readonly writes: ResolvedRequest['writes'] | null;
}

/** What the host, and the medium's first bytes, say of it; and that it stays as it is. */
export function MediumFactsList({ facts, writes }: MediumFactsListProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const { content } = facts;
  if (!facts.found) {
    return (
      <div className="medium-facts">
        <p className="small">
          <Sign name="refused" tone="refused" /> {facts.problem ?? t('rescue.medium.notFound')}
        </p>
      </div>
    );
  }
  const boots = content === null ? null : bootsBy(content.bios, content.uefi);
  const rows: readonly (readonly [string, string | null])[] = [
    [t('rescue.medium.facts.source'), sourceLine(facts)],
    [
      t('rescue.medium.facts.content'),
      content === null ? t('rescue.medium.notExamined') : contentWords(content.kind, content.hybrid, t),
    ],
    [t('rescue.medium.facts.boots'), boots === null ? null : t(`rescue.medium.boots.${boots}`)],
    [t('rescue.medium.facts.label'), content?.label ?? null],
    [
      t('rescue.medium.facts.size'),
      [facts.format, formatBytes(content?.virtualSize ?? facts.size)].filter((word) => word !== null).join(' · '),
    ],
    [
      t('rescue.medium.facts.writes'),
      writes === null ? null : t(`rescue.medium.writes.${writes.value}`, { why: words(writes.why) }),
    ],
  ];
  return (
    <section className="medium-facts" tabIndex={0} aria-labelledby="medium-facts">
      <h3 id="medium-facts" className="head">
        {t('rescue.medium.facts.title')}
      </h3>
      <dl>
        {rows
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
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

type Boots = 'both' | 'bios' | 'uefi' | 'none' | 'unknown';

function bootsBy(bios: boolean | null, uefi: boolean | null): Boots {
  if (bios === null && uefi === null) return 'unknown';
  if (bios === true) return uefi === true ? 'both' : 'bios';
  return uefi === true ? 'uefi' : 'none';
}

function contentWords(
  kind: NonNullable<MediumFacts['content']>['kind'],
  hybrid: boolean,
  t: ReturnType<typeof useTranslation>['t'],
): string {
  return hybrid ? t('rescue.medium.kind.hybrid') : t(`rescue.medium.kind.${kind}`);
}
