import { useId } from 'react';

const WIDTH = 240;
const HEIGHT = 40;

interface SparklineProps {
  readonly title: string;
  /** The same in words, for who does not see it. */
  readonly text: string;
  /** Lines over one axis, each moment as wide as the next; null: not told then. */
  readonly series: readonly { readonly name: 'main' | 'other'; readonly values: readonly (number | null)[] }[];
  /** The highest value, in words. */
  readonly top: (value: number) => string;
}

/** A small plain line: no axes but nought at the foot and the highest value at the head. */
export function Sparkline({ title, text, series, top }: SparklineProps) {
  const id = useId();
  const all = series.flatMap(({ values }) => values.filter((value) => value !== null));
  if (all.length === 0) return null;
  const most = Math.max(...all, 1);
  // What comes before anything is told is no part of it.
  const first = Math.min(
    ...series.map(({ values }) => values.findIndex((value) => value !== null)).filter((at) => at >= 0),
  );
  return (
    <figure className="sparkline" aria-labelledby={id}>
      <figcaption className="small muted">
        <span id={id}>{title}</span>
        <span className="spread" aria-hidden="true">
          {top(most)}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={text} focusable="false">
        {series.map(({ name, values }) => (
          <polyline key={name} className={`sparkline-${name}`} points={pointsOf(values.slice(first), most)} />
        ))}
      </svg>
    </figure>
  );
}

function pointsOf(values: readonly (number | null)[], most: number): string {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  return values
    .flatMap((value, at) => {
      if (value === null) return [];
      const y = HEIGHT - 1 - (value / most) * (HEIGHT - 2);
      return [`${(at * step).toFixed(1)},${y.toFixed(1)}`];
    })
    .join(' ');
}
