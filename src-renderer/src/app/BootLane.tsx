import { useTranslation } from 'react-i18next';
import type { BootEntry } from '../../../src-core/boot/effective-order.ts';
import { PathText } from '../components/PathText.tsx';
import { Sign } from '../components/Sign.tsx';
import { BOOT_SIGNS } from '../components/boot-signs.ts';
import { visible } from '../i18n/visible.ts';
import { useSentenceWords } from '../i18n/words.ts';
import { highlightProps, useIsHighlighted } from './stores/highlight.ts';
import './boot-lane.css';

interface BootLaneProps {
  readonly title: string;
  readonly entries: readonly BootEntry[];
  /** Target of the device that the rescue adds, to be marked; null: none. */
  readonly added?: string | null;
  /** Of its heading: 3 below a column's own head, 2 where there is none. */
  readonly level?: 2 | 3;
  /** What stands there where nothing boots. */
  readonly nothing?: string;
}

/** The effective boot order: what the firmware tries, one below the other, each with the reason for its place. */
export function BootLane({ title, entries, added = null, level = 3, nothing }: BootLaneProps) {
  const { t } = useTranslation();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className="boot-lane" aria-label={title}>
      <Heading className="head">{title}</Heading>
      {entries.length === 0 && <p className="muted small">{nothing ?? t('boot.nothing')}</p>}
      <ol>
        {entries.map((entry) => (
          <Entry
            key={`${entry.kind}-${entry.index}-${entry.target ?? ''}`}
            entry={entry}
            added={(added !== null && entry.target === added) || entry.reason.code === 'boot-kernel-rescue'}
          />
        ))}
      </ol>
    </section>
  );
}

/** What is no disk (a network card, a kernel) has a name of its own, which no disk has. */
function Entry({ entry, added }: { readonly entry: BootEntry; readonly added: boolean }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const { target } = entry;
  const highlighted = useIsHighlighted(target);
  return (
    <li
      className={['boot-entry', added ? 'boot-entry-added' : '', highlighted ? 'disk-highlighted' : '']
        .join(' ')
        .trim()}
      {...(target === null ? {} : highlightProps(target))}
    >
      <span className="boot-entry-order">{entry.order}</span>
      <Sign name={BOOT_SIGNS[entry.kind]} tone={added ? 'added' : 'unchanged'} label={t(`boot.kind.${entry.kind}`)} />
      <span className="boot-entry-what">
        <span className="boot-entry-line">
          <span className="mono boot-entry-target">
            {target === null ? t(`boot.kind.${entry.kind}`) : visible(target)}
          </span>
          {entry.source !== null && <PathText path={entry.source} fileOnly />}
        </span>
        <span className="muted small boot-entry-why">
          {words(entry.reason)}
          {added && (
            <span className="boot-entry-mark tone-added">
              <Sign name="added" tone="added" />
              {t('common.added')}
            </span>
          )}
        </span>
      </span>
    </li>
  );
}
