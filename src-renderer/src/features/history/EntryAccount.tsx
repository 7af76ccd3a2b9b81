import { useTranslation } from 'react-i18next';
import type { HistoryRow } from '../../../../src-core/contract/journal-schemas.ts';
import type { JournalEntry } from '../../../../src-core/journal/types.ts';
import type { MigrationOrder } from '../../../../src-core/migration/types.ts';
import { useMachines } from '../../app/stores/machines.ts';
import { openMachine } from '../../app/stores/navigation.ts';
import { Notice } from '../../components/Notice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatTimeExact, withLocalTimes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { BackupRow } from './BackupRow.tsx';
import { StepsTable } from './StepsTable.tsx';

interface EntryAccountProps {
  readonly row: HistoryRow;
  readonly entry: JournalEntry;
  readonly ofAll: boolean;
}

/** What happened: how it ended, its steps with their times, who asked for what, and how the definition was before and after. */
export function EntryAccount({ row, entry, ofAll }: EntryAccountProps) {
  const { t } = useTranslation();
  const machine = useMachines((state) => Object.values(state.byKey).find(({ uuid }) => uuid === row.domain.uuid));
  const notes = entry.records.filter((record) => record.type === 'note');
  return (
    <div className="history-account pane-scroll" role="region" aria-label={t('history.views.account')} tabIndex={0}>
      <Ending row={row} entry={entry} />
      {entry.problems.length > 0 && (
        <Notice tone="warning" kind={t('history.recordProblems')}>
          <strong>{t('history.problems', { count: entry.problems.length })}</strong>
          {entry.problems.map((problem) => (
            <div key={problem}>{visible(problem)}</div>
          ))}
        </Notice>
      )}
      <StepsTable entry={entry} />
      {notes.length > 0 && (
        <div>
          <h3 className="head">{t('history.notes')}</h3>
          <ul className="history-notes">
            {notes.map((note, at) => (
              <li key={at}>
                <span className="muted small nowrap">{formatTimeExact(note.at)}</span>{' '}
                {visible(withLocalTimes(note.text))}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Facts row={row} entry={entry} />
      {ofAll && machine !== undefined && (
        <button type="button" className="plain-link" onClick={() => openMachine(machine)}>
          {t('history.openMachine', { machine: machine.name })}
        </button>
      )}
    </div>
  );
}

/** How it came to an end, in the words that were told then. */
function Ending({ row, entry: { ended, closed } }: Pick<EntryAccountProps, 'row' | 'entry'>) {
  const { t } = useTranslation();
  const later = closed !== null && (
    <p className="small muted">
      {ended?.outcome === 'done' && closed.how === 'finished'
        ? t('history.closedEnded', { by: closed.by, time: formatTimeExact(closed.at) })
        : t('history.closedBy', {
            how: t(`history.closed.${closed.how}`),
            by: closed.by,
            time: formatTimeExact(closed.at),
          })}
    </p>
  );
  if (ended === null) {
    const running = row.outcome === 'running';
    return (
      <div>
        <Notice tone={running ? 'plain' : 'warning'} kind={t(`history.state.${row.outcome}`)}>
          {running ? t('history.underWay') : t('history.unended')}
        </Notice>
        {later}
      </div>
    );
  }
  if (ended.message === null) return later === false ? null : later;
  return (
    <div>
      <Notice tone={ended.outcome === 'failed' ? 'refused' : 'plain'} kind={t(`history.state.${ended.outcome}`)}>
        <strong>{visible(withLocalTimes(ended.message))}</strong>
        {ended.unchanged !== null && <div>{visible(withLocalTimes(ended.unchanged))}</div>}
      </Notice>
      {later}
    </div>
  );
}

function Facts({ row, entry }: Pick<EntryAccountProps, 'row' | 'entry'>) {
  const { t } = useTranslation();
  const { began, ended } = entry;
  const { order } = began;
  const facts: readonly (readonly [string, string | null])[] = [
    [t('history.facts.began'), formatTimeExact(began.at)],
    [t('history.facts.ended'), ended === null ? null : formatTimeExact(ended.at)],
    [t('history.facts.by'), visible(began.by)],
    [t('history.facts.host'), visible(`${began.host.hostname} – ${began.host.uri}`)],
    [
      t('history.facts.before'),
      t(began.before.persistent ? 'history.before.persistent' : 'history.before.transient', {
        state: t(`state.${began.before.state}`),
      }),
    ],
    [t('history.facts.medium'), row.medium === null ? null : visible(row.medium)],
    [
      t('history.facts.guestDisks'),
      order.kind === 'rescue' ? t(`rescue.attach.guestDisksOf.${order.request.guestDisks}`) : null,
    ],
    [t('history.facts.power'), order.kind === 'end' ? t(`rescue.end.powers.${order.power}`) : null],
    [t('history.facts.of'), order.kind === 'nvram' ? visible(order.of) : null],
    [t('history.facts.to'), order.kind === 'migrate' ? toText(order.migration) : null],
    [
      t('history.facts.how'),
      order.kind === 'migrate'
        ? t(`history.migrated.${order.migration.request.live ? order.migration.request.way : 'offline'}`)
        : null,
    ],
    [
      t('history.facts.session'),
      began.session === null
        ? null
        : t('history.session', { kind: t(`rescue.session.short.${began.session.kind}`), id: began.session.id }),
    ],
    [t('history.facts.operation'), began.id],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      <Hashes entry={entry} />
      <BackupRow entry={entry} />
    </dl>
  );
}

function toText({ to }: MigrationOrder): string {
  return visible(`${to.hostname} – ${to.uri}`);
}

/** The fingerprints of the definition: what anybody can hold beside what is there now. */
function Hashes({ entry: { began, ended } }: { readonly entry: JournalEntry }) {
  const { t } = useTranslation();
  const before = began.before.definition;
  const after = ended?.definition ?? null;
  const same = after === before;
  // At another host another one is what was asked for.
  const moved = began.order.kind === 'migrate' && !same;
  return (
    <div>
      <dt>{t('history.hashes')}</dt>
      <dd>
        <ul className="history-hashes">
          <li>
            <span className="muted">{t('history.hash.before')}</span> <code>{visible(before)}</code>
          </li>
          {began.rescueDefinition !== null && (
            <li>
              <span className="muted">{t('history.hash.rescue')}</span> <code>{visible(began.rescueDefinition)}</code>
            </li>
          )}
          <li>
            <span className="muted">{t('history.hash.after')}</span>{' '}
            {after === null ? (
              <span className="muted">{t('history.hashNone')}</span>
            ) : (
              <>
                <code>{visible(after)}</code>{' '}
                {moved ? (
                  <span className="muted">{t('history.hashThere')}</span>
                ) : (
                  <span className={same ? 'tone-good nowrap' : 'tone-warning nowrap'}>
                    <Sign name={same ? 'check' : 'warning'} tone={same ? 'good' : 'warning'} />{' '}
                    {same ? t('history.hashSame') : t('history.hashNot')}
                  </span>
                )}
              </>
            )}
          </li>
        </ul>
      </dd>
    </div>
  );
}
