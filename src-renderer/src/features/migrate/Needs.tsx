import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import type { MigrationRequest, NeededThere, PlannedNeed } from '../../../../src-core/migration/types.ts';
import { Sign } from '../../components/Sign.tsx';
import type { SignName, Tone } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { Check } from './Check.tsx';
import type { MapKind } from './draft.ts';

interface NeedsProps {
  readonly needs: readonly PlannedNeed[];
  readonly secrets: MigrationRequest['secrets'];
  readonly onSecrets: (secrets: MigrationRequest['secrets']) => void;
  /** Say that one is called otherwise at the destination. */
  readonly onMap: (kind: MapKind, name: string) => void;
}

const SIGNS: Readonly<Record<NeededThere['state'], { readonly sign: SignName; readonly tone: Tone }>> = {
  ready: { sign: 'check', tone: 'good' },
  inactive: { sign: 'paused', tone: 'warning' },
  missing: { sign: 'refused', tone: 'refused' },
  'no-value': { sign: 'keyMissing', tone: 'warning' },
  'value-unknown': { sign: 'key', tone: 'unchanged' },
  'not-checked': { sign: 'other', tone: 'unchanged' },
};

/** Of what has a name that a rule can change. */
const MAP_OF: Readonly<Record<NeededThere['kind'], MapKind | null>> = {
  network: 'networks',
  bridge: 'bridges',
  pool: 'pools',
  secret: null,
};

/** What both definitions need at the destination: how it stands there, and what will be done about it. */
export function Needs({ needs, secrets, onSecrets, onMap }: NeedsProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  if (needs.length === 0) return <p className="muted">{t('migrate.needs.none')}</p>;
  const lacks = needs.some(({ kind, state }) => kind === 'secret' && state !== 'ready');
  return (
    <section aria-label={t('migrate.needs.title')}>
      <table className="migrate-table">
        <caption className="head">{t('migrate.needs.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('migrate.needs.column.what')}</th>
            <th scope="col">{t('migrate.needs.column.users')}</th>
            <th scope="col">{t('migrate.needs.column.state')}</th>
            <th scope="col">{t('migrate.needs.column.does')}</th>
          </tr>
        </thead>
        <tbody>
          {needs.map((need) => {
            const { sign, tone } = SIGNS[need.state];
            const map = MAP_OF[need.kind];
            return (
              <tr key={`${need.kind} ${need.name}`}>
                <th scope="row">
                  {t(`migrate.needs.kind.${need.kind}`)} <span className="mono">{visible(need.name)}</span>
                </th>
                <td className="mono small">{visible(need.users.join(', '))}</td>
                <td className={`nowrap tone-${tone}`}>
                  <Sign name={sign} tone={tone} /> {t(`migrate.needs.state.${need.state}`)}
                </td>
                <td>
                  {words(need.does)}
                  {need.state === 'missing' && map !== null && (
                    <Button size="small" className="migrate-inline" onClick={() => onMap(map, need.name)}>
                      {t('migrate.needs.elsewhere')}
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {(lacks || secrets === 'carry') && (
        <Check
          label={t('migrate.needs.carry')}
          help={t('migrate.needs.carryHelp')}
          checked={secrets === 'carry'}
          onChange={(checked) => onSecrets(checked ? 'carry' : 'leave')}
        />
      )}
    </section>
  );
}
