import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Host, MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { defaultFor, mediumAt } from '../../../../src-core/library/source.ts';
import { KNOWN_PROPERTIES } from '../../../../src-core/media/known-properties.ts';
import type { LibraryListing } from '../../../../src-core/library/types.ts';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { lookAtMedium, saveMedium, useLibrary } from '../../app/stores/library.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { mediumName } from './draft.ts';

const DECIDING: ReadonlySet<string> = new Set(
  KNOWN_PROPERTIES.filter(({ decides }) => decides).map(({ name }) => name),
);

interface InLibraryProps {
  readonly host: Host;
  readonly details: Pick<MachineDetails, 'arch' | 'firmware'>;
  readonly medium: MediumSpec;
  /** Properties count for the medium that boots alone. */
  readonly boots: boolean;
}

/** What the library has on the chosen medium, or the way to put it in there. */
export function InLibrary(props: InLibraryProps) {
  const listing = useLibrary((state) => state.listing);
  if (listing === null || listing.locked !== null || props.medium.kind === 'original') return null;
  return <Line {...props} listing={listing} />;
}

function Line({ host, details, medium, boots, listing }: InLibraryProps & { readonly listing: LibraryListing }) {
  const { t } = useTranslation();
  const known = mediumAt(listing, host.uri, medium);
  if (known === null) return <AddToLibrary host={host} medium={medium} />;
  const { arch, firmware } = details;
  const isDefault = boots && defaultFor(listing, arch, firmware, host.uri)?.id === known.id;
  const properties = boots ? Object.entries(known.properties).filter(([name]) => DECIDING.has(name)) : [];
  return (
    <p className="small muted in-library">
      <Sign name="check" tone="good" /> {t('library.rescue.in', { name: known.name })}
      {properties.length > 0 && (
        <span title={properties.map(([name, value]) => `${name}=${visible(value)}`).join('\n')}>
          {'; '}
          {t('library.rescue.properties', { count: properties.length })}
        </span>
      )}
      {'. '}
      {isDefault && `${t('library.rescue.begins', { arch, firmware: t(`machine.firmware.${firmware}`) })} `}
      <button type="button" className="plain-link small" onClick={() => goTo({ kind: 'library', medium: known.id })}>
        {t('library.rescue.showIt')}
      </button>
    </p>
  );
}

function AddToLibrary({ host, medium }: Pick<InLibraryProps, 'host' | 'medium'>) {
  const { t } = useTranslation();
  const [name, setName] = useState<string | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const [busy, setBusy] = useState(false);
  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const words = { name: name ?? '', note: '', host: null, source: medium, properties: {}, told: null };
    const answer = await saveMedium({ id: null, ...words });
    setBusy(false);
    if (!answer.ok) setError(answer.error);
    // What it is was read for the preview already; an address is not read.
    else if (medium.kind !== 'url') await lookAtMedium(answer.value.id, host.id);
  };
  if (name === null) {
    return (
      <button
        type="button"
        className="plain-link small in-library"
        onClick={() => setName((mediumName(medium) ?? '').slice(0, 200))}
      >
        {t('library.rescue.addTo')}
      </button>
    );
  }
  return (
    <form className="in-library-form" onSubmit={(event) => void add(event)}>
      <input
        className="control rescue-filter"
        value={name}
        maxLength={200}
        autoFocus
        spellCheck={false}
        aria-label={t('library.rescue.name')}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setName(null)}
      />
      <button type="submit" className="plain-link" disabled={busy || name.trim() === ''}>
        {t('library.rescue.added')}
      </button>
      <button type="button" className="plain-link" onClick={() => setName(null)}>
        {t('common.cancel')}
      </button>
      {error !== null && <ErrorNotice error={error} />}
    </form>
  );
}
