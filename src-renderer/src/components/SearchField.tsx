import './field.css';

interface SearchFieldProps {
  readonly label: string;
  /** What stands there while nothing is typed: the label, where it is left out. */
  readonly hint?: string;
  readonly value: string;
  /** Where it stands, and how wide it is. */
  readonly className: string;
  readonly onChange: (value: string) => void;
}

/** Filters, as one types, what stands below it. */
export function SearchField({ label, hint = label, value, className, onChange }: SearchFieldProps) {
  return (
    <input
      type="search"
      className={`control ${className}`}
      value={value}
      spellCheck={false}
      placeholder={hint}
      aria-label={label}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
