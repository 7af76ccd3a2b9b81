import { Sign } from './Sign.tsx';
import type { SignName } from './Sign.tsx';
import './icon-button.css';

interface IconButtonProps {
  readonly sign: SignName;
  /** What it does, with what it does it to. */
  readonly label: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** A small button in a row of a list: its drawing for the eye, its words on hover and for screen readers. */
export function IconButton({ sign, label, disabled = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Sign name={sign} />
    </button>
  );
}
