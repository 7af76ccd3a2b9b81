import Button from '@mui/material/Button';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../../../src-core/contract/channels.ts';
import { formatConflict, readinessOf } from '../../../../src-core/library/readiness.ts';
import { sourceText } from '../../../../src-core/library/source.ts';
import type { LibraryListing, LibraryMedium } from '../../../../src-core/library/types.ts';
import { exportMedium } from '../../app/stores/library.ts';
import { SavedLine } from '../../components/SavedLine.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes, formatTime } from '../../components/format.ts';
import { sizeOf } from '../../components/library-filter.ts';
import { useBootsWords, useKindWords } from '../../components/library-words.ts';
import { visible } from '../../i18n/visible.ts';
import { DefaultsSection } from './DefaultsSection.tsx';
import { HostsSection } from './HostsSection.tsx';
import { RemoveMedium } from './RemoveMedium.tsx';

interface MediumPageProps {
  readonly medium: LibraryMedium;
  readonly listing: LibraryListing;
  readonly onEdit: () => void;
}

/** One medium: what it is, where it is, and what it is used for. */
export function MediumPage({ medium, listing, onEdit }: MediumPageProps) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  return (
    <section className="library-medium" aria-labelledby="library-medium">
      <div className="library-medium-head">
        <h2 id="library-medium" className="name">
          {visible(medium.name)}
        </h2>
        <span className="spread row">
          <ExportButton id={medium.id} />
          <Button variant="outlined" onClick={onEdit}>
            {t('library.edit')}
          </Button>
          <Button variant="outlined" onClick={() => setRemoving(true)}>
            {t('library.remove')}
          </Button>
        </span>
      </div>
      <div className="library-medium-body pane-scroll" tabIndex={0} role="region" aria-label={visible(medium.name)}>
        {removing && <RemoveMedium medium={medium} onCancel={() => setRemoving(false)} />}
        <Facts medium={medium} />
        <HostsSection medium={medium} />
        <Properties properties={medium.properties} onEdit={onEdit} />
        <DefaultsSection medium={medium} listing={listing} />
      </div>
    </section>
  );
}

/** As `openstack image show -f json` prints it; the system asks where to. */
function ExportButton({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Answer<string | null> | null>(null);
  return (
    <>
      <SavedLine answer={outcome} />
      <Button variant="outlined" onClick={() => void exportMedium(id).then(setOutcome)}>
        {t('library.export')}
      </Button>
    </>
  );
}

function Facts({ medium }: { readonly medium: LibraryMedium }) {
  const { t } = useTranslation();
  const kind = useKindWords()(medium);
  const boots = useBootsWords()(medium);
  const { source, host, places, seen, whole, told, note, lastUsed, addedAt } = medium;
  const ready = readinessOf(medium);
  const size = sizeOf(medium);
  const rows: readonly (readonly [string, ReactNode])[] = [
    [
      t('library.facts.note'),
      note === '' ? null : <span className="library-note">{note.split('\n').map(visible).join('\n')}</span>,
    ],
    [t('library.facts.is'), <KindWords key="kind" kind={kind} medium={medium} />],
    [t('library.facts.boots'), boots],
    [t('library.facts.arch'), ready.arches === null ? null : ready.arches.map(visible).join(', ')],
    [t('library.facts.secureBoot'), t(`library.secureBoot.${ready.secureBoot ?? 'unknown'}`)],
    [t('library.facts.label'), seen?.content?.label == null ? null : visible(seen.content.label)],
    [t('library.facts.size'), size === null ? null : formatBytes(size)],
    [t('library.facts.source'), <Source key="source" source={sourceText(source)} of={host} />],
    ...places.map((place): readonly [string, ReactNode] => [
      t('library.facts.elsewhere'),
      <Source key={place.uri} source={sourceText(place.source)} of={place.uri} />,
    ]),
    [
      t('library.facts.hash'),
      seen?.hash == null ? null : <Hash sha256={seen.hash.sha256} bytes={seen.hash.bytes} size={size} />,
    ],
    [
      t('library.facts.whole'),
      whole === null ? null : <Hash sha256={whole.sha256} bytes={whole.bytes} size={whole.bytes} />,
    ],
    [
      t('library.facts.told'),
      told?.hash == null ? null : <code className="library-hash">{`${told.hash.algorithm} ${told.hash.value}`}</code>,
    ],
    [
      t('library.facts.seen'),
      seen === null ? null : t('library.facts.seenAt', { time: formatTime(seen.at), uri: seen.uri }),
    ],
    [
      t('library.facts.used'),
      lastUsed === null
        ? t('library.facts.neverUsed')
        : t('library.facts.usedAt', { time: formatTime(lastUsed.at), machine: lastUsed.domain, uri: lastUsed.uri }),
    ],
    [t('library.facts.added'), formatTime(addedAt)],
  ];
  return (
    <dl className="library-facts">
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value], index) => (
          <div key={`${index} ${name}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What it is, and where its catalogue says something else. */
function KindWords({ kind, medium }: { readonly kind: string | null; readonly medium: LibraryMedium }) {
  const { t } = useTranslation();
  const conflict = formatConflict(medium);
  return (
    <>
      {kind ?? t('library.facts.notLooked')}
      {conflict !== null && (
        <span className="library-conflict tone-warning">
          <Sign name="warning" tone="warning" /> {t('library.facts.conflict', conflict)}
        </span>
      )}
    </>
  );
}

function Source({ source, of }: { readonly source: string; readonly of: string | null }) {
  const { t } = useTranslation();
  return (
    <>
      <code>{visible(source)}</code>{' '}
      <span className="muted small">
        {of === null ? t('library.facts.shared') : t('library.facts.only', { uri: of })}
      </span>
    </>
  );
}

function Hash({
  sha256,
  bytes,
  size,
}: {
  readonly sha256: string;
  readonly bytes: number;
  readonly size: number | null;
}) {
  const { t } = useTranslation();
  return (
    <>
      <code className="library-hash">{sha256}</code>{' '}
      <span className="muted small">
        {bytes === size ? t('rescue.medium.hashWhole') : t('rescue.medium.hashHead', { size: formatBytes(bytes) })}
      </span>
    </>
  );
}

interface PropertiesProps {
  readonly properties: LibraryMedium['properties'];
  readonly onEdit: () => void;
}

function Properties({ properties, onEdit }: PropertiesProps) {
  const { t } = useTranslation();
  const all = Object.entries(properties);
  return (
    <section aria-labelledby="library-properties">
      <h3 id="library-properties" className="head">
        {t('library.properties.title')}
      </h3>
      {all.length === 0 ? (
        <p className="muted small">
          {t('library.properties.none')}{' '}
          <button type="button" className="plain-link" onClick={onEdit}>
            {t('library.properties.addSome')}
          </button>
        </p>
      ) : (
        <dl className="library-properties">
          {all.map(([name, value]) => (
            <div key={name}>
              <dt className="mono">{name}</dt>
              <dd className="mono">{visible(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
