import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlannedDependency } from '../../../../src-core/reboot/types.ts';
import { Sign } from '../../components/Sign.tsx';
import type { SignName, Tone } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { FOLD_FROM, grouped } from './groups.ts';
import type { Group } from './groups.ts';

const SIGNS: Readonly<Record<Group, { readonly sign: SignName; readonly tone: Tone }>> = {
  blocked: { sign: 'refused', tone: 'refused' },
  does: { sign: 'step', tone: 'accent' },
  check: { sign: 'pending', tone: 'unchanged' },
  left: { sign: 'other', tone: 'unchanged' },
  ready: { sign: 'check', tone: 'good' },
};

interface DependenciesTableProps {
  readonly machineName: string;
  readonly dependencies: readonly PlannedDependency[];
}

/** Everything that the definition depends on: what stands in the way first, what needs nothing last, and folded where it is much. */
export function DependenciesTable({ machineName, dependencies }: DependenciesTableProps) {
  const { t } = useTranslation();
  return (
    <table className="reboot-table">
      <caption className="head">
        {t('reboot.dependencies', { machine: machineName, count: dependencies.length })}
      </caption>
      <thead>
        <tr>
          <th scope="col" className="reboot-kind">
            {t('reboot.column.kind')}
          </th>
          <th scope="col" className="reboot-name">
            {t('reboot.column.name')}
          </th>
          <th scope="col" className="reboot-users">
            {t('reboot.column.users')}
          </th>
          <th scope="col" className="reboot-now">
            {t('reboot.column.now')}
          </th>
          <th scope="col">{t('reboot.column.does')}</th>
        </tr>
      </thead>
      {grouped(dependencies).map(({ group, members }) => (
        <GroupRows key={group} group={group} members={members} />
      ))}
    </table>
  );
}

function GroupRows({ group, members }: { readonly group: Group; readonly members: readonly PlannedDependency[] }) {
  const { t } = useTranslation();
  const folds = group === 'ready' && members.length >= FOLD_FROM;
  const [open, setOpen] = useState(false);
  const { sign, tone } = SIGNS[group];
  const count = t(`reboot.group.${group}`, { count: members.length });
  return (
    <tbody>
      <tr className="reboot-group">
        <th scope="rowgroup" colSpan={5}>
          {folds ? (
            <button type="button" className="reboot-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
              <Sign name="chevron" tone="unchanged" />
              <Sign name={sign} tone={tone} /> {count}
            </button>
          ) : (
            <>
              <Sign name={sign} tone={tone} /> {count}
            </>
          )}
        </th>
      </tr>
      {(!folds || open) && members.map((one) => <DependencyRow key={`${one.kind} ${one.name}`} dependency={one} />)}
    </tbody>
  );
}

function DependencyRow({ dependency }: { readonly dependency: PlannedDependency }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const { kind, name, of, users, now, does, sharedWith } = dependency;
  // What was not looked at says why in its own words.
  const detail = dependency.state === 'not-checked' ? null : dependency.detail;
  return (
    <tr>
      <td>{t(`reboot.kind.${kind}`)}</td>
      <th scope="row">
        <span className="mono">{visible(name)}</span>
        {of !== null && kind !== 'volume' && <span className="small muted reboot-of">{visible(of)}</span>}
      </th>
      <td className="mono reboot-who">{users.map(visible).join(', ')}</td>
      <td>
        {words(now)}
        {detail !== null && <code className="reboot-detail muted">{visible(detail)}</code>}
        {sharedWith.length > 0 && (
          <span className="small muted reboot-of">
            {t('reboot.shared', { machines: sharedWith.join(', '), count: sharedWith.length })}
          </span>
        )}
      </td>
      <td>{words(does)}</td>
    </tr>
  );
}
