import Button from '@mui/material/Button';
import { useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Host, MachineRow } from '../../../../src-core/contract/schemas.ts';
import type { JournalEntry } from '../../../../src-core/journal/types.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { useMachines } from '../../app/stores/machines.ts';
import { openMachine } from '../../app/stores/navigation.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { formatBytes, formatTimeExact } from '../../components/format.ts';
import { isActive } from '../../components/machine-state.ts';
import { visible } from '../../i18n/visible.ts';
import { restoreVariables } from './store.ts';

const HASH_SHOWN = 16;

/** The copy of the guest's UEFI variables that is kept with an operation, and the way to put it back. */
export function BackupRow({ entry }: { readonly entry: JournalEntry }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { began } = entry;
  const backup = entry.records.findLast((record) => record.type === 'backup');
  const { machine, reason } = useReach(began);
  if (backup?.type !== 'backup') return null;
  const close = (): void => {
    setAsking(false);
    window.setTimeout(() => button.current?.focus());
  };
  return (
    <div>
      <dt>{t('history.backup')}</dt>
      <dd>
        <span title={backup.sha256}>
          {t('history.backupKept', { size: formatBytes(backup.size), hash: backup.sha256.slice(0, HASH_SHOWN) })}
        </span>
        {asking && machine !== undefined ? (
          <RestorePanel entry={entry} machine={machine} path={backup.path} onClose={close} />
        ) : (
          <span className="row history-restore">
            <Button
              ref={button}
              variant="outlined"
              disabled={reason !== null}
              aria-describedby={reason === null ? undefined : 'history-restore-not'}
              onClick={() => setAsking(true)}
            >
              {t('history.restore')}
            </Button>
            {reason !== null && (
              <span id="history-restore-not" className="small muted">
                {reason}
              </span>
            )}
          </span>
        )}
      </dd>
    </div>
  );
}

/** The machine of an operation, where it is in sight now, or why nothing can be done to it from here. */
function useReach({ host, domain }: JournalEntry['began']): {
  readonly machine: MachineRow | undefined;
  readonly reason: string | null;
} {
  const { t } = useTranslation();
  const hosts = useHosts((state) => state.byId);
  const rows = useMachines((state) => state.byKey);
  const machine = Object.values(rows).find(({ uuid, hostId }) => {
    return uuid === domain.uuid && hosts[hostId]?.uri === host.uri;
  });
  const there = Object.values(hosts).find(({ uri, state }) => uri === host.uri && state === 'connected');
  return { machine, reason: reasonAgainst(machine, there) };

  function reasonAgainst(row: MachineRow | undefined, on: Host | undefined): string | null {
    const words = { machine: domain.name, host: on?.name ?? host.hostname };
    if (on === undefined) return t('history.restoreNot.host', words);
    if (row === undefined) return t('history.restoreNot.gone', words);
    if (on.readOnly) return t('history.restoreNot.readOnly', words);
    if (row.session !== null) return t('history.restoreNot.rescue', words);
    return isActive(row.state) ? t('history.restoreNot.running', words) : null;
  }
}

interface RestorePanelProps {
  readonly entry: JournalEntry;
  readonly machine: MachineRow;
  readonly path: string;
  readonly onClose: () => void;
}

/** Asked in place, with the machine's name and the file. Escape goes back. */
function RestorePanel({ entry: { began }, machine, path, onClose }: RestorePanelProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const restore = async (): Promise<void> => {
    setBusy(true);
    const problem = await restoreVariables(began.id, { hostId: machine.hostId, uuid: machine.uuid });
    setBusy(false);
    setError(problem);
    if (problem === null) openMachine(machine, 'rescue');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || busy) return;
    event.preventDefault();
    onClose();
  };
  return (
    <div className="ask history-ask" role="group" aria-labelledby="history-restore" onKeyDown={onKeyDown}>
      <strong id="history-restore">
        {t('history.restoreTitle', { machine: began.domain.name, time: formatTimeExact(began.at) })}
      </strong>
      <p className="small">{t('history.restoreHelp', { path: visible(path), host: machine.hostName })}</p>
      {error !== null && <ErrorNotice error={error} />}
      <div className="row">
        <Button variant="outlined" disabled={busy} onClick={onClose}>
          {t('common.back')}
        </Button>
        <Button variant="contained" disabled={busy} autoFocus onClick={() => void restore()}>
          {t('history.restoreConfirm')}
        </Button>
      </div>
    </div>
  );
}
