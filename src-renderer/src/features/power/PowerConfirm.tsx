import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { powerSentences } from '../../../../src-core/reboot/power-words.ts';
import type { Sentence } from '../../../../src-core/rescue/types.ts';
import { Choice } from '../../components/Choice.tsx';
import { ConfirmPanel } from '../../components/ConfirmPanel.tsx';
import { Sign } from '../../components/Sign.tsx';
import type { SignName, Tone } from '../../components/Sign.tsx';
import { useSentenceWords } from '../../i18n/words.ts';
import { hasWay, losesUnwritten, turnsOff } from './reasons.ts';
import type { ConfirmedAction } from './reasons.ts';
import { act, POWER_WAYS } from './store.ts';
import type { PowerWay } from './store.ts';

interface PowerConfirmProps {
  readonly row: MachineRow;
  readonly action: ConfirmedAction;
  readonly onClose: () => void;
}

/** What an action costs, before it is done. */
export function PowerConfirm({ row, action, onClose }: PowerConfirmProps) {
  const { t } = useTranslation();
  const [way, setWay] = useState<PowerWay>('acpi');
  const [busy, setBusy] = useState(false);
  const words = useSentenceWords();
  const machine = row.name;
  const confirm = async (): Promise<void> => {
    setBusy(true);
    await act(row, action, way);
    onClose();
  };
  return (
    <ConfirmPanel
      title={t(`power.confirm.${action}.title`, { machine })}
      confirm={t(`power.confirm.${action}.button`, { machine })}
      busy={busy}
      onConfirm={() => void confirm()}
      onCancel={onClose}
    >
      {powerSentences(action, row.session).map((one) => (
        <p key={one.code}>
          <Sign {...signOf(action, one)} /> {words(one)}
        </p>
      ))}
      {turnsOff(action) && !row.persistent && (
        <p>
          <Sign name="warning" tone="warning" /> {t('power.transient')}
        </p>
      )}
      {hasWay(action) && (
        <div className="row power-way">
          {t('power.way')}
          <Choice
            label={t('power.way')}
            value={way}
            options={POWER_WAYS.map((value) => ({ value, label: t(`power.ways.${value}`) }))}
            onChange={setWay}
          />
        </div>
      )}
    </ConfirmPanel>
  );
}

/** What is lost is a warning; what becomes of a rescue is the rescue's. */
function signOf(action: ConfirmedAction, { code }: Sentence): { readonly name: SignName; readonly tone: Tone } {
  if (code !== `power-${action}`) return { name: 'rescue', tone: 'rescue' };
  return losesUnwritten(action) ? { name: 'warning', tone: 'warning' } : { name: 'power', tone: 'unchanged' };
}
