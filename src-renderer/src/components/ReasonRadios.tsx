import { Fragment, useId } from 'react';
import type { ReactNode } from 'react';
import { Sign } from './Sign.tsx';
import './reason-radios.css';

export interface ReasonRadio<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
  /** A line below the label. */
  readonly note?: string;
  /** Why it cannot be chosen, in full and in sight; null: it can. */
  readonly reason: string | null;
  /** What else is to be chosen with it, below it. */
  readonly below?: ReactNode;
}

interface ReasonRadiosProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly ReasonRadio<T>[];
  /** `row`: short labels without notes share a line. */
  readonly layout?: 'stack' | 'row';
  /** Below what is possible: why the choice is what it is; null: the options say it. */
  readonly why?: string | null;
  readonly onChange: (value: T) => void;
}

/**
 * A group of radio buttons in which what is impossible says why, in words beside it: a tooltip would hide the reason from most.
 * What is possible comes first, so that it stays together however long the reasons are.
 */
export function ReasonRadios<T extends string>({
  legend,
  value,
  options,
  layout = 'stack',
  why = null,
  onChange,
}: ReasonRadiosProps<T>) {
  const name = useId();
  const radio = (option: ReasonRadio<T>): ReactNode => (
    <Fragment key={option.value}>
      <Radio name={name} option={option} checked={option.value === value} onChange={() => onChange(option.value)} />
      {option.below}
    </Fragment>
  );
  const possible = options.filter((option) => option.reason === null);
  const short = layout === 'row' ? possible.slice(1) : [];
  return (
    <fieldset className="reason-radios">
      <legend className="head">{legend}</legend>
      {possible.slice(0, possible.length - short.length).map(radio)}
      {short.length > 0 && <div className="reason-radios-row">{short.map(radio)}</div>}
      {why !== null && <p className="muted small reason-radios-why">{why}</p>}
      {options.filter((option) => option.reason !== null).map(radio)}
    </fieldset>
  );
}

interface RadioProps {
  readonly name: string;
  readonly option: ReasonRadio<string>;
  readonly checked: boolean;
  readonly onChange: () => void;
}

function Radio({ name, option, checked, onChange }: RadioProps) {
  const { value, label, note, reason } = option;
  return (
    <label className={reason === null ? 'reason-radio' : 'reason-radio reason-radio-off'}>
      <input type="radio" name={name} value={value} checked={checked} disabled={reason !== null} onChange={onChange} />
      <span className="reason-radio-text">
        {label}
        {(note !== undefined || reason !== null) && ' '}
        {note !== undefined && <span className="muted small">{note}</span>}
        {reason !== null && (
          <span className="reason-radio-why">
            <Sign name="refused" tone="refused" />
            {reason}
          </span>
        )}
      </span>
    </label>
  );
}
