import Button from '@mui/material/Button';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, MachineRow, Operation } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import {
  acknowledge,
  cancel,
  selectRefused,
  selectShownOperation,
  useOperations,
} from '../../app/stores/operations.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { ActionList } from './ActionList.tsx';
import { POWER_BUTTON_ID, POWER_PANEL_ID } from './PowerButtons.tsx';
import { PowerConfirm } from './PowerConfirm.tsx';
import { reasonAgainst } from './reasons.ts';
import { usePowerScene } from './scene.ts';
import { closePower, putPowerError, usePower } from './store.ts';

interface PowerStripProps {
  readonly row: MachineRow;
  readonly host: Host | undefined;
}

/** Below the machine's name, on whichever page is open: the plain actions while they are chosen from, and one that is under way or went wrong. */
export function PowerStrip({ row, host }: PowerStripProps) {
  const { t } = useTranslation();
  const key = keyOf(row);
  const open = usePower((state) => (state.open?.key === key ? state.open : null));
  const error = usePower((state) => state.errors[key] ?? null);
  const operation = useOperations((state) => selectShownOperation(state, key));
  const scene = usePowerScene(row, host);
  // What was about to be confirmed of one machine is no question when it is looked at again later.
  useEffect(() => closePower, [key]);
  const close = (): void => {
    closePower();
    window.setTimeout(() => document.getElementById(POWER_BUTTON_ID)?.focus());
  };
  const action = open?.action ?? null;
  return (
    <>
      {open !== null && (
        <section id={POWER_PANEL_ID} className="power-panel" aria-label={t('power.label')}>
          {action !== null && reasonAgainst(action, row.state, scene) === null ? (
            <PowerConfirm key={action} row={row} action={action} onClose={close} />
          ) : (
            <ActionList row={row} scene={scene} onClose={close} />
          )}
        </section>
      )}
      {error !== null && (
        <div className="power-run">
          <ErrorNotice
            error={error}
            actions={
              <Button variant="outlined" onClick={() => putPowerError(key, null)}>
                {t('common.putAway')}
              </Button>
            }
          />
        </div>
      )}
      {operation?.kind === 'power' && <PowerRun operation={operation} />}
    </>
  );
}

/** A line, and not a page: mostly it is over in a moment. */
function PowerRun({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation();
  const refused = useOperations((state) => selectRefused(state, operation.id));
  const putAway = (
    <Button variant="outlined" onClick={() => acknowledge(operation.id)}>
      {t('common.putAway')}
    </Button>
  );
  if (operation.state === 'failed' && operation.error !== null) {
    return (
      <div className="power-run">
        <ErrorNotice error={operation.error} actions={putAway} />
      </div>
    );
  }
  return (
    <>
      <RunLine operation={operation} putAway={putAway} />
      {refused !== null && (
        <div className="power-run">
          <ErrorNotice error={refused} />
        </div>
      )}
    </>
  );
}

function RunLine({ operation, putAway }: { readonly operation: Operation; readonly putAway: ReactNode }) {
  const { t } = useTranslation();
  const running = operation.state === 'running';
  const current = operation.steps.find(({ state }) => state === 'running');
  return (
    <div className="power-run power-run-line">
      <Sign name={running ? 'step' : 'undone'} tone={running ? 'accent' : 'warning'} />
      <p role="status">
        {running
          ? visible(current?.text ?? t('power.running', { machine: operation.machineName }))
          : t(`rescue.run.title.power.${operation.state}`, { machine: operation.machineName })}
      </p>
      {/* It changes every second: it is not read out each time. */}
      {running && current?.note != null && <span className="muted">{visible(current.note)}</span>}
      <span className="spread">
        {!running && putAway}
        {running && operation.cancellable && (
          <Button variant="outlined" onClick={() => void cancel(operation.id)}>
            {t('common.cancel')}
          </Button>
        )}
      </span>
    </div>
  );
}
