import { useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { highlightProps, useIsHighlighted } from '../stores/highlight.ts';
import './disk-strip.css';

export interface StripDisk {
  readonly target: string;
  readonly added: boolean;
}

interface DiskStripProps {
  readonly disks: readonly StripDisk[];
  readonly onReveal: (target: string) => void;
}

/** The disks of an XML view in one line: each is highlighted in it, and gone to. One stop of the Tab key; arrows walk along it. */
export function DiskStrip({ disks, onReveal }: DiskStripProps) {
  const { t } = useTranslation();
  const strip = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(0);

  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(strip.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined || buttons[next] === undefined) return;
    event.preventDefault();
    setStop(next);
    buttons[next].focus();
    buttons[next].scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  if (disks.length === 0) return null;
  return (
    <div ref={strip} className="disk-strip" role="toolbar" aria-label={t('disks.strip')} onKeyDown={onKeyDown}>
      {disks.map(({ target, added }, at) => (
        <Stop
          key={target}
          target={target}
          added={added}
          tabIndex={at === Math.min(stop, disks.length - 1) ? 0 : -1}
          onReveal={() => {
            setStop(at);
            onReveal(target);
          }}
        />
      ))}
    </div>
  );
}

interface StopProps extends StripDisk {
  readonly tabIndex: number;
  readonly onReveal: () => void;
}

function Stop({ target, added, tabIndex, onReveal }: StopProps) {
  const { t } = useTranslation();
  const highlighted = useIsHighlighted(target);
  return (
    <button
      type="button"
      className={highlighted ? 'mono disk-highlighted' : 'mono'}
      title={t('disks.stripGo', { target: visible(target) })}
      data-target={target}
      tabIndex={tabIndex}
      onClick={onReveal}
      {...highlightProps(target)}
    >
      {visible(target)}
      {added && <Sign name="added" tone="added" label={t('common.added')} />}
    </button>
  );
}
