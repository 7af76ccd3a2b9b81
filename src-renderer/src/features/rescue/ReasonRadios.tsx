import { useId } from 'react';
import type { ReactNode } from 'react';
import { Sign } from '../../components/Sign.tsx';

export interface ReasonRadio<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
  /** A line below the label. */
  readonly note?: string;
  /** Why it cannot be chosen, in full and in sight; null: it can. */
  readonly reason: string | null;
}

interface ReasonRadiosProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly ReasonRadio<T>[];
  readonly onChange: (value: T) => void;
}

/** A group of radio buttons in which what is impossible says why, in words beside it: a tooltip would hide the reason from most. */
export function ReasonRadios<T extends string>({ legend, value, options, onChange }: ReasonRadiosProps<T>) {
  const name = useId();
  return (
    <fieldset className="reason-radios">
      <legend className="head">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className={option.reason === null ? 'reason-radio' : 'reason-radio reason-radio-off'}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.reason !== null}
            onChange={() => onChange(option.value)}
          />
          <span className="reason-radio-text">
            <span className="reason-radio-label">{option.label}</span>
            {option.note !== undefined && <span className="muted small">{option.note}</span>}
            {option.reason !== null && (
              <span className="small reason-radio-why">
                <Sign name="refused" tone="refused" />
                {option.reason}
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
