import Button from '@mui/material/Button';
import { useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, MachineRow } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { Sign } from '../../components/Sign.tsx';
import { useFocusKept } from '../../components/use-focus-kept.ts';
import { reasonAgainst, usualAction } from './reasons.ts';
import { usePowerScene } from './scene.ts';
import { choosePower, closePower, openPower, usePower } from './store.ts';
import { useReasonWords } from './use-reason-words.ts';
import './power.css';

/** Of the button that opens all actions: where the focus goes back to. */
export const POWER_BUTTON_ID = 'machine-power';
export const POWER_PANEL_ID = 'machine-power-panel';

interface PowerButtonsProps {
  readonly row: MachineRow;
  readonly host: Host | undefined;
}

/** Beside the machine's state: what is wanted of it most often, and the way to all the rest. */
export function PowerButtons({ row, host }: PowerButtonsProps) {
  const { t } = useTranslation();
  const id = useId();
  const key = keyOf(row);
  const open = usePower((state) => state.open?.key === key);
  const scene = usePowerScene(row, host);
  const words = useReasonWords();
  const usual = usualAction(row.state);
  const reason = usual === null ? null : reasonAgainst(usual, row.state, scene);
  const usualButton = useRef<HTMLButtonElement>(null);
  useFocusKept(usualButton, reason !== null);
  return (
    <span className="row power-buttons">
      {usual !== null && (
        <Button
          ref={usualButton}
          variant="outlined"
          disabled={reason !== null}
          aria-describedby={reason === null ? undefined : id}
          onClick={() => choosePower(row, usual)}
        >
          {t(`power.action.${usual}`)}
        </Button>
      )}
      {reason !== null && (
        <span id={id} className="visually-hidden">
          {words(reason)}
        </span>
      )}
      <Button
        id={POWER_BUTTON_ID}
        variant="outlined"
        aria-expanded={open}
        aria-controls={open ? POWER_PANEL_ID : undefined}
        onClick={() => (open ? closePower() : openPower(key, null))}
      >
        {t('power.open')}
        <span className="power-chevron">
          <Sign name="chevron" tone="unchanged" />
        </span>
      </Button>
    </span>
  );
}
