import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PictureDisk } from '../../../../src-core/disks/picture-disks.ts';
import type { SizeScale } from '../../../../src-core/disks/picture-scale.ts';
import { textWidth } from '../../../../src-core/disks/picture-text.ts';
import type { Box } from '../../../../src-core/disks/picture.ts';
import { SignDrawing } from '../../components/Sign.tsx';
import { formatBytes } from '../../components/format.ts';
import { BAR_HEIGHT, ScaleMarks } from './DiskCard.tsx';
import { marksUsed } from './marks.ts';
import type { Mark } from './marks.ts';

interface LegendProps {
  readonly box: Box;
  readonly scale: SizeScale | null;
  readonly disks: readonly PictureDisk[];
  /** null: this is no rescue. */
  readonly added: ReadonlySet<string> | null;
}

const SCALE_WIDTH = 190;
const ROW = 18;

/** What the bars mean, with their scale, and the signs that are on the cards. */
export const Legend = memo(function Legend({ box, scale, disks, added }: LegendProps) {
  const { t } = useTranslation();
  const signs = rowsOf(
    marksUsed(disks, added).map((mark) => ({ ...mark, text: t(`picture.mark.${mark.mark}`) })),
    box.width,
  );
  const signsY = box.y + (scale === null ? 8 : 40);
  return (
    <g aria-hidden="true">
      {scale !== null && (
        <>
          <ScaleMarks scale={scale} x={box.x} y={box.y} width={SCALE_WIDTH} />
          <rect className="pic-size" x={box.x} y={box.y} width={SCALE_WIDTH * 0.62} height={BAR_HEIGHT} rx={1.5} />
          <rect className="pic-filled" x={box.x} y={box.y} width={SCALE_WIDTH * 0.25} height={BAR_HEIGHT} rx={1.5} />
          {scale.marks.map((power, at) => (
            <text
              key={power}
              className={`pic-quiet pic-tiny ${at === 0 ? '' : at === scale.marks.length - 1 ? 'pic-end' : 'pic-middle'}`}
              x={box.x + ((power - scale.from) / (scale.to - scale.from)) * SCALE_WIDTH}
              y={box.y + 22}
            >
              {formatBytes(2 ** power)}
            </text>
          ))}
          <text className="pic-quiet pic-small" x={box.x + SCALE_WIDTH + 18} y={box.y + 8}>
            {t('picture.legendSize')}
          </text>
          <text className="pic-quiet pic-small" x={box.x + SCALE_WIDTH + 18} y={box.y + 23}>
            {t('picture.legendShare')}
          </text>
        </>
      )}
      {signs.flatMap((row, line) =>
        row.map(({ mark, sign, tone, text, x }) => (
          <g key={mark}>
            <g className={`pic-sign pic-sign-${tone}`}>
              <SignDrawing name={sign} x={box.x + x} y={signsY + line * ROW - 1} size={13} />
            </g>
            <text className="pic-quiet pic-small" x={box.x + x + 18} y={signsY + line * ROW + 10}>
              {text}
            </text>
          </g>
        )),
      )}
    </g>
  );
});

type Named = Mark & { readonly text: string };

/** Side by side while there is room. */
function rowsOf(marks: readonly Named[], width: number): (Named & { readonly x: number })[][] {
  const rows: (Named & { readonly x: number })[][] = [[]];
  let x = 0;
  for (const mark of marks) {
    const own = 18 + textWidth(mark.text, 11, 'sans') + 14;
    if (x > 0 && x + own > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ ...mark, x });
    x += own;
  }
  return rows;
}
