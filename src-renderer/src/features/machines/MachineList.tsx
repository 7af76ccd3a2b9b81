import { useTranslation } from 'react-i18next';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { Listbox } from '../../components/Listbox.tsx';
import type { OptionProps } from '../../components/Listbox.tsx';
import { Sign } from '../../components/Sign.tsx';
import { stateSign } from '../../components/machine-state.ts';
import { visible } from '../../i18n/visible.ts';

interface MachineListProps {
  readonly rows: readonly MachineRow[];
  readonly chosen: string | null;
  readonly onChoose: (row: MachineRow) => void;
  /** Enter: go on to the machine's page. */
  readonly onOpen: () => void;
}

export function MachineList({ rows, chosen, onChoose, onOpen }: MachineListProps) {
  const { t } = useTranslation();
  return (
    <Listbox
      id="machine-list"
      className="machine-list"
      label={t('machines.list')}
      items={rows}
      keyOf={keyOf}
      chosen={chosen}
      onChoose={onChoose}
      onOpen={onOpen}
      optionHeight={26}
      option={(row, option) => <MachineOption row={row} option={option} />}
    />
  );
}

interface MachineOptionProps {
  readonly row: MachineRow;
  readonly option: OptionProps;
}

function MachineOption({ row, option }: MachineOptionProps) {
  const { t } = useTranslation();
  const { sign, tone } = stateSign(row);
  const state = row.session === null ? t(`state.${row.state}`) : t('state.rescue');
  return (
    <div
      {...option}
      aria-label={t('machines.option', { name: row.name, state, host: row.hostName })}
      className="machine-option"
      title={row.title === null ? undefined : visible(row.title)}
    >
      <Sign name={sign} tone={tone} />
      <span className="machine-option-name">{visible(row.name)}</span>
      <span className="machine-option-host">{visible(row.hostName)}</span>
    </div>
  );
}
