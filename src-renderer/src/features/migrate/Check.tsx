import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';

interface CheckProps {
  readonly label: string;
  readonly help: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A check box with what it means below it. */
export function Check({ label, help, checked, onChange }: CheckProps) {
  return (
    <div className="migrate-check">
      <FormControlLabel
        control={<Checkbox checked={checked} onChange={(event) => onChange(event.target.checked)} />}
        label={
          <>
            {label} <span className="muted small migrate-check-help">{help}</span>
          </>
        }
      />
    </div>
  );
}
