import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import type { MediumFacts, MediumSpec, ResolvedRequest } from '../../../../src-core/rescue/types.ts';
import { Choice } from '../../components/Choice.tsx';
import { Field } from '../../components/Field.tsx';
import { MediumFactsList } from './MediumFactsList.tsx';
import { PoolsBrowser } from './PoolsBrowser.tsx';

const WAYS = ['pools', 'path', 'original'] as const;
type Way = (typeof WAYS)[number];

function wayOf(medium: MediumSpec | null): Way {
  return medium?.kind === 'path' || medium?.kind === 'original' ? medium.kind : 'pools';
}

interface MediumColumnProps {
  readonly host: Host | undefined;
  readonly hostId: string;
  readonly medium: MediumSpec | null;
  /** What the host says of the chosen medium; null: nothing yet. */
  readonly facts: MediumFacts | null;
  readonly writes: ResolvedRequest['writes'] | null;
  readonly onChange: (medium: MediumSpec | null) => void;
}

/** First column: what to boot from. */
export function MediumColumn({ host, hostId, medium, facts, writes, onChange }: MediumColumnProps) {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way>(() => wayOf(medium));
  const choose = (next: Way): void => {
    setWay(next);
    if (next === 'original') onChange({ kind: 'original' });
  };
  return (
    <section className="rescue-column rescue-medium" aria-labelledby="rescue-medium">
      <h2 id="rescue-medium" className="rescue-column-head">
        {t('rescue.medium.title')}
      </h2>
      <div className="rescue-column-bar">
        <Choice
          label={t('rescue.medium.way')}
          value={way}
          options={WAYS.map((value) => ({ value, label: t(`rescue.medium.ways.${value}`) }))}
          onChange={choose}
        />
      </div>
      <div className="rescue-column-body pane-scroll">
        {way === 'pools' && <PoolsBrowser hostId={hostId} medium={medium} onChange={onChange} />}
        {way === 'path' && <PathMedium host={host} medium={medium} onChange={onChange} />}
        {way === 'original' && <p className="small muted rescue-pad">{t('rescue.medium.originalHelp')}</p>}
      </div>
      {medium !== null && facts !== null && <MediumFactsList facts={facts} writes={writes} />}
    </section>
  );
}

interface PathMediumProps {
  readonly host: Host | undefined;
  readonly medium: MediumSpec | null;
  readonly onChange: (medium: MediumSpec | null) => void;
}

function PathMedium({ host, medium, onChange }: PathMediumProps) {
  const { t } = useTranslation();
  const known = medium?.kind === 'path' ? medium.path : '';
  const [path, setPath] = useState(known);
  const wrong = path !== '' && !path.startsWith('/');

  useEffect(() => {
    if (known !== '') setPath(known);
  }, [known]);

  const change = (text: string): void => {
    setPath(text);
    onChange(text.startsWith('/') && text.length > 1 ? { kind: 'path', path: text } : null);
  };
  return (
    <div className="rescue-pad">
      <Field
        label={t('rescue.medium.path')}
        value={path}
        mono
        placeholder="/var/lib/libvirt/images/rescue.iso"
        invalid={wrong}
        help={wrong ? t('rescue.medium.pathWrong') : t('rescue.medium.pathHelp', { host: host?.name ?? '' })}
        onChange={change}
      />
    </div>
  );
}
