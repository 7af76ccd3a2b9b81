import Button from '@mui/material/Button';
import { useEffect, useId, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { POWER_ACTIONS } from '../../../../src-core/reboot/power.ts';
import type { PowerAction } from '../../../../src-core/reboot/power.ts';
import { powerSentences } from '../../../../src-core/reboot/power-words.ts';
import { focusMachinePage } from '../../app/focus.ts';
import { showTab } from '../../app/stores/navigation.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { isConfirmed, reasonAgainst } from './reasons.ts';
import type { PowerScene } from './reasons.ts';
import { choosePower, closePower } from './store.ts';
import { useReasonWords } from './use-reason-words.ts';

interface ActionListProps {
  readonly row: MachineRow;
  readonly scene: PowerScene;
  readonly onClose: () => void;
}

/** Every plain action with what it does, or why it cannot be done now; and where to go when none of them helps. */
export function ActionList({ row, scene, onClose }: ActionListProps) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>('button:enabled')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onClose();
  };
  const toHardReboot = (): void => {
    closePower();
    showTab('reboot');
    // The button goes with the panel; the page may have been open all the while.
    window.setTimeout(focusMachinePage);
  };
  return (
    <div ref={list} onKeyDown={onKeyDown}>
      <ul className="power-actions">
        {POWER_ACTIONS.map((action) => (
          <ActionItem key={action} action={action} row={row} scene={scene} onClose={onClose} />
        ))}
        <li>
          <Button variant="outlined" onClick={toHardReboot}>
            {t('power.hardReboot')}
          </Button>
          <span className="small muted">{t('power.hardRebootDoes')}</span>
        </li>
      </ul>
    </div>
  );
}

interface ActionItemProps {
  readonly action: PowerAction;
  readonly row: MachineRow;
  readonly scene: PowerScene;
  readonly onClose: () => void;
}

function ActionItem({ action, row, scene, onClose }: ActionItemProps) {
  const { t } = useTranslation();
  const id = useId();
  const words = useSentenceWords();
  const reasonWords = useReasonWords();
  const reason = reasonAgainst(action, row.state, scene);
  const choose = (): void => {
    choosePower(row, action);
    // One that is not asked about first is under way: the focus goes back to where the panel was opened.
    if (!isConfirmed(action)) onClose();
  };
  const does = powerSentences(action, row.session).map(words).join(' ');
  return (
    <li>
      <Button variant="outlined" disabled={reason !== null} aria-describedby={id} onClick={choose}>
        {t(`power.action.${action}`)}
      </Button>
      <span id={id} className="small muted">
        {reason === null ? does : reasonWords(reason)}
      </span>
    </li>
  );
}
