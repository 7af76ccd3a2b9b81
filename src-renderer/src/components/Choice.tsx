import { useId } from 'react';
import type { ReactNode } from 'react';
import './choice.css';

interface ChoiceOption<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
  /** Shown on hover, where the label is a drawing. */
  readonly title?: string;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly ChoiceOption<T>[];
  readonly onChange: (value: T) => void;
}

/** One of a few, side by side. Native radio buttons underneath, so that keys and screen readers work as everywhere. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <div className="choice" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} className="choice-option" title={option.title}>
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
  );
}
