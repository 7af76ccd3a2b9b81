import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StopRequest } from '../../../src-core/rescue/types.ts';
import { ReasonRadios } from './ReasonRadios.tsx';

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

/** How the guest is brought to a stop, as one question instead of three. */
export function StopFields({ stop, onChange, forceNote }: StopFieldsProps) {
  const { t } = useTranslation();
  const [seconds, setSeconds] = useState(String(stop.timeoutSeconds));
  const way = wayOf(stop);
  const changeSeconds = (text: string): void => {
    setSeconds(text);
    const value = Number(text);
    if (Number.isInteger(value) && value >= STOP_SECONDS.least && value <= STOP_SECONDS.most)
      onChange({ ...stop, timeoutSeconds: value });
  };
  const note = forceNote ?? t('rescue.stop.forceNote');
  return (
    <div>
      <ReasonRadios<StopWay>
        legend={t('rescue.stop.title')}
        value={way}
        options={[
          { value: 'give-up', label: t('rescue.stop.giveUp'), reason: null },
          {
            value: 'keep-waiting',
            label: t('rescue.stop.keepWaiting'),
            note: t('rescue.stop.keepWaitingNote'),
            reason: null,
          },
          { value: 'then-force', label: t('rescue.stop.thenForce'), reason: null },
          { value: 'force', label: t('rescue.stop.force'), note, reason: null },
        ]}
        onChange={(value) => onChange({ ...stop, ...STOPS[value] })}
      />
      {(way === 'give-up' || way === 'then-force') && (
        <label className="stop-seconds">
          {t('rescue.stop.wait')}
          <input
            type="number"
            min={STOP_SECONDS.least}
            max={STOP_SECONDS.most}
            value={seconds}
            onChange={(event) => changeSeconds(event.target.value)}
            onBlur={() => setSeconds(String(stop.timeoutSeconds))}
          />
          {t('rescue.stop.seconds')}
        </label>
      )}
    </div>
  );
}
