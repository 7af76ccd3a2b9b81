import { useTranslation } from 'react-i18next';
import type { Leftover } from '../../../../src-core/contract/journal-schemas.ts';
import { PathText } from '../../components/PathText.tsx';
import { formatBytes, withLocalTimes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';

interface LeftoversTableProps {
  readonly leftovers: readonly Leftover[];
  readonly chosen: ReadonlySet<string>;
  readonly disabled: boolean;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

export function LeftoversTable({ leftovers, chosen, disabled, onChoose }: LeftoversTableProps) {
  const { t } = useTranslation();
  const all = leftovers.every(({ id }) => chosen.has(id));
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return (
    <table className="leftovers-table" aria-label={t('leftovers.title')}>
      <thead>
        <tr>
          <th scope="col">
            <input
              type="checkbox"
              checked={all}
              disabled={disabled}
              aria-label={t('leftovers.chooseAll')}
              onChange={() => onChoose(all ? new Set() : new Set(leftovers.map(({ id }) => id)))}
            />
          </th>
          <th scope="col">{t('leftovers.column.kind')}</th>
          <th scope="col">{t('leftovers.column.name')}</th>
          <th scope="col" className="num">
            {t('leftovers.column.size')}
          </th>
          <th scope="col">{t('leftovers.column.machine')}</th>
        </tr>
      </thead>
      <tbody>
        {leftovers.map(({ id, kind, name, size, domain, why }) => (
          <tr key={id}>
            <td>
              <input
                type="checkbox"
                checked={chosen.has(id)}
                disabled={disabled}
                aria-label={t('leftovers.choose', { kind: t(`leftovers.kind.${kind}`), name })}
                onChange={() => toggle(id)}
              />
            </td>
            <td className="nowrap">{t(`leftovers.kind.${kind}`)}</td>
            <td className="leftovers-name">
              <PathText path={name} />
              <span className="small muted leftovers-why">{visible(withLocalTimes(why))}</span>
            </td>
            <td className="num">{formatBytes(size)}</td>
            <td>
              {domain === null ? <span className="muted">{t('leftovers.unknownMachine')}</span> : visible(domain.name)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
