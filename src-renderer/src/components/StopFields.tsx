import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StopRequest } from '../../../src-core/rescue/types.ts';
import { ReasonRadios } from './ReasonRadios.tsx';
import type { ReasonRadio } from './ReasonRadios.tsx';

const STOP_SECONDS = { least: 1, most: 3600 } as const;

/** Gentle by default: an administrator who wants a machine forced off says so. */
export const FIRST_STOP: StopRequest = { how: 'graceful', timeoutSeconds: 120, onTimeout: 'give-up' };

interface StopFieldsProps {
  readonly stop: StopRequest;
  readonly onChange: (stop: StopRequest) => void;
  /** Where a forced stop loses more than the guest's open files: what it loses. */
  readonly forceNote?: string;
}

type StopWay = 'give-up' | 'keep-waiting' | 'then-force' | 'force';

function wayOf(stop: StopRequest): StopWay {
  if (stop.how === 'force') return 'force';
  return stop.onTimeout === 'force' ? 'then-force' : stop.onTimeout;
}

const STOPS: Readonly<Record<StopWay, Pick<StopRequest, 'how' | 'onTimeout'>>> = {
  'give-up': { how: 'graceful', onTimeout: 'give-up' },
  'keep-waiting': { how: 'graceful', onTimeout: 'keep-waiting' },
  'then-force': { how: 'graceful', onTimeout: 'force' },
  force: { how: 'force', onTimeout: 'force' },
};

/** Those that end after so many seconds. */
const LIMITED: readonly StopWay[] = ['give-up', 'then-force'];

/** How the guest is brought to a stop, as one question instead of three. */
export function StopFields({ stop, onChange, forceNote }: StopFieldsProps) {
  const { t } = useTranslation();
  const [written, setWritten] = useState(String(stop.timeoutSeconds));
  const way = wayOf(stop);
  const changeSeconds = (text: string): void => {
    setWritten(text);
    const value = Number(text);
    if (Number.isInteger(value) && value >= STOP_SECONDS.least && value <= STOP_SECONDS.most)
      onChange({ ...stop, timeoutSeconds: value });
  };
  const seconds = (
    <label className="stop-seconds">
      {t('rescue.stop.wait')}
      <input
        type="number"
        min={STOP_SECONDS.least}
        max={STOP_SECONDS.most}
        value={written}
        onChange={(event) => changeSeconds(event.target.value)}
        onBlur={() => setWritten(String(stop.timeoutSeconds))}
      />
      {t('rescue.stop.seconds')}
    </label>
  );
  const option = (value: StopWay, label: string, note?: string): ReasonRadio<StopWay> => ({
    value,
    label,
    reason: null,
    ...(note === undefined ? {} : { note }),
    ...(value === way && LIMITED.includes(value) ? { below: seconds } : {}),
  });
  return (
    <ReasonRadios<StopWay>
      legend={t('rescue.stop.title')}
      value={way}
      options={[
        option('give-up', t('rescue.stop.giveUp')),
        option('keep-waiting', t('rescue.stop.keepWaiting'), t('rescue.stop.keepWaitingNote')),
        option('then-force', t('rescue.stop.thenForce')),
        option('force', t('rescue.stop.force'), forceNote ?? t('rescue.stop.forceNote')),
      ]}
      onChange={(value) => onChange({ ...stop, ...STOPS[value] })}
    />
  );
}
