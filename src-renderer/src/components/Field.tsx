import OutlinedInput from '@mui/material/OutlinedInput';
import { useId } from 'react';
import type { Ref } from 'react';
import './field.css';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: string;
  readonly invalid?: boolean;
  readonly placeholder?: string;
  readonly mono?: boolean;
  readonly autoFocus?: boolean;
  readonly type?: 'text' | 'number' | 'password';
  readonly ref?: Ref<HTMLInputElement>;
}

/** A text field with its label above it (a label that floats cannot be read in a dense form) and its help below. */
export function Field({
  label,
  value,
  onChange,
  help,
  invalid = false,
  placeholder,
  mono = false,
  autoFocus = false,
  type = 'text',
  ref,
}: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <OutlinedInput
        id={id}
        type={type}
        value={value}
        fullWidth
        error={invalid}
        autoFocus={autoFocus}
        {...(ref === undefined ? {} : { inputRef: ref })}
        {...(placeholder === undefined ? {} : { placeholder })}
        slotProps={{
          input: {
            'aria-describedby': help === undefined ? undefined : `${id}-help`,
            'aria-invalid': invalid,
            spellCheck: false,
            autoComplete: 'off',
            className: mono ? 'mono' : '',
          },
        }}
        onChange={(event) => onChange(event.target.value)}
      />
      {help !== undefined && (
        <p id={`${id}-help`} className={invalid ? 'small tone-refused' : 'small muted'}>
          {help}
        </p>
      )}
    </div>
  );
}
