import type { TFunction } from 'i18next';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PictureDisk } from '../../../../src-core/disks/picture-disks.ts';
import { describeDisk } from '../../../../src-core/disks/describe-picture.ts';
import { allocatedShare, onScale } from '../../../../src-core/disks/picture-scale.ts';
import type { SizeScale } from '../../../../src-core/disks/picture-scale.ts';
import { fitText, textWidth } from '../../../../src-core/disks/picture-text.ts';
import type { PictureSlot } from '../../../../src-core/disks/picture.ts';
import { SignDrawing } from '../../components/Sign.tsx';
import { formatBytes, splitPath } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { highlightProps, useIsHighlighted } from '../stores/highlight.ts';
import { deviceSign, marksOf } from './marks.ts';

interface DiskCardProps {
  readonly placed: PictureSlot;
  readonly disk: PictureDisk;
  readonly scale: SizeScale | null;
  readonly dense: boolean;
  /** Brought by the rescue; null: this is no rescue. */
  readonly added: boolean | null;
  readonly chosen: boolean;
  /** The one that the tab key comes to. */
  readonly inTabOrder: boolean;
  readonly onChoose: (target: string) => void;
}

/** One disk: what it is, how large, how much of it is there, on what it stands, and whether it may be written. */
export const DiskCard = memo(function DiskCard(props: DiskCardProps) {
  const { placed, disk, added, chosen, inTabOrder, onChoose } = props;
  const { card, layers, order } = placed;
  const lit = useIsHighlighted(disk.target);
  const bootPlace = order?.place ?? null;
  // Zooming says nothing else.
  const words = useMemo(() => visible(describeDisk(disk, bootPlace, added)), [disk, bootPlace, added]);
  if (card === null) return null;
  const className = ['pic-disk', added === true ? 'pic-added' : '', chosen ? 'pic-chosen' : '', lit ? 'pic-lit' : ''];
  return (
    <g
      className={className.filter((name) => name !== '').join(' ')}
      role="button"
      tabIndex={inTabOrder ? 0 : -1}
      aria-label={words}
      aria-pressed={chosen}
      data-target={disk.target}
      onClick={() => onChoose(disk.target)}
      {...highlightProps(disk.target)}
    >
      <title>{words}</title>
      <g transform={`translate(${card.x} ${card.y})`}>
        <CardBody
          {...{ disk, added }}
          scale={props.scale}
          dense={props.dense}
          width={card.width}
          height={card.height}
          layers={layers.length}
          step={((layers[0]?.x ?? card.x) - card.x) / Math.max(1, layers.length)}
        />
      </g>
    </g>
  );
});

interface CardBodyProps extends Pick<DiskCardProps, 'disk' | 'scale' | 'dense' | 'added'> {
  readonly width: number;
  readonly height: number;
  /** Cards behind it, and how far each stands out behind the one before. */
  readonly layers: number;
  readonly step: number;
}

/** All that is on a card, and is the same wherever the card is: zooming moves it, and draws nothing of it again. */
const CardBody = memo(function CardBody(props: CardBodyProps) {
  const { width, height, layers, step } = props;
  const behind = Array.from({ length: layers }, (_, at) => (layers - at) * step);
  return (
    <>
      <g className="pic-comes">
        {behind.map((out) => (
          <rect key={out} className="pic-layer" x={out} y={-out} width={width} height={height} rx={5} />
        ))}
        <rect className="pic-card-box" width={width} height={height} rx={5} />
        {props.dense ? <DenseWords {...props} /> : <CardWords {...props} />}
      </g>
      <rect className="pic-focus" x={-3} y={-3} width={width + 6} height={height + 6} rx={7} />
    </>
  );
});

type WordsProps = Omit<CardBodyProps, 'height' | 'layers' | 'step'>;

const INSET = 9;

/** A card's four lines: name and role with its marks, image, bar, sizes and format. */
function CardWords({ disk, scale, added, width }: WordsProps) {
  const { t } = useTranslation();
  const marks = marksOf(disk, added);
  const marksX = width - INSET - marks.length * 17 + 3;
  const target = fitText(visible(disk.target), 90, 12.5, 'mono');
  const roleX = 30 + textWidth(target, 12.5, 'mono') + 7;
  const role = disk.role === null ? '' : fitText(t(`disks.role.${disk.role}`), marksX - roleX - 4, 11.5, 'sans');
  const room = width - 2 * INSET;
  const format = visible(disk.format ?? '');
  const sizes = sizesText(disk, t);
  return (
    <>
      <g className={`pic-sign ${added === true ? 'pic-sign-added' : ''}`}>
        <SignDrawing name={deviceSign(disk)} x={INSET} y={6} size={15} />
      </g>
      <text className="pic-mono pic-strong" x={30} y={18} fontSize={12.5}>
        {target}
      </text>
      <text className="pic-quiet" x={roleX} y={18} fontSize={11.5}>
        {role}
      </text>
      {marks.map(({ mark, sign, tone }, at) => (
        <g key={mark} className={`pic-sign pic-sign-${tone}`}>
          <SignDrawing name={sign} x={marksX + at * 17} y={6.5} size={13} />
        </g>
      ))}
      {disk.source === null ? (
        <text className="pic-quiet pic-small" x={INSET} y={34}>
          {t('picture.empty')}
        </text>
      ) : (
        <text className="pic-mono pic-quiet pic-small" x={INSET} y={34}>
          {fitText(visible(splitPath(disk.source).file), room, 11, 'mono')}
        </text>
      )}
      <SizeBar disk={disk} scale={scale} x={INSET} y={41} width={room} />
      <text className="pic-small" x={INSET} y={63}>
        {fitText(sizes, room - textWidth(format, 10.5, 'sans') - 6, 11, 'sans')}
      </text>
      <text className="pic-quiet pic-tiny pic-end" x={width - INSET} y={63}>
        {format}
      </text>
    </>
  );
}

/** Of many: name, marks and size in one line, and the bar. */
function DenseWords({ disk, scale, added, width }: WordsProps) {
  const marks = marksOf(disk, added);
  const size = disk.source === null ? '' : formatBytes(disk.size);
  const sizeWidth = textWidth(size, 11, 'sans');
  const room = width - 24 - sizeWidth - INSET - marks.length * 14 - 6;
  return (
    <>
      <g className={`pic-sign ${added === true ? 'pic-sign-added' : ''}`}>
        <SignDrawing name={deviceSign(disk)} x={7} y={6} size={13} />
      </g>
      <text className="pic-mono pic-strong" x={24} y={17} fontSize={12}>
        {fitText(visible(disk.target), room, 12, 'mono')}
      </text>
      {marks.map(({ mark, sign, tone }, at) => (
        <g key={mark} className={`pic-sign pic-sign-${tone}`}>
          <SignDrawing name={sign} x={width - INSET - sizeWidth - (marks.length - at) * 14 - 2} y={7} size={11} />
        </g>
      ))}
      <text className="pic-small pic-end" x={width - 7} y={17}>
        {size}
      </text>
      <SizeBar disk={disk} scale={scale} x={7} y={25} width={width - 14} />
    </>
  );
}

function sizesText(disk: PictureDisk, t: TFunction): string {
  if (disk.source === null) return '';
  if (disk.size === null) return t('picture.noSize');
  const size = formatBytes(disk.size);
  return disk.allocation === null
    ? t('picture.size', { size })
    : t('picture.sizes', { size, allocation: `${disk.allocationComplete ? '' : '≥ '}${formatBytes(disk.allocation)}` });
}

interface SizeBarProps {
  readonly disk: Pick<PictureDisk, 'size' | 'allocation'>;
  readonly scale: SizeScale | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const BAR_HEIGHT = 8;

/** On the scale of the whole machine: the line is all of it with its marks, the bar the size, its filling the share that is allocated. */
function SizeBar({ disk, scale, x, y, width }: SizeBarProps) {
  if (scale === null || disk.size === null) return null;
  const length = Math.max(3, onScale(scale, disk.size) * width);
  const share = allocatedShare(disk);
  return (
    <>
      <ScaleMarks scale={scale} x={x} y={y} width={width} />
      <rect className="pic-size" x={x} y={y} width={length} height={BAR_HEIGHT} rx={1.5} />
      {share !== null && share > 0 && (
        <rect className="pic-filled" x={x} y={y} width={Math.max(1, share * length)} height={BAR_HEIGHT} rx={1.5} />
      )}
    </>
  );
}

export function ScaleMarks({ scale, x, y, width }: Omit<SizeBarProps, 'disk' | 'scale'> & { scale: SizeScale }) {
  const marks = scale.marks.map((power) => x + ((power - scale.from) / (scale.to - scale.from)) * width);
  const path = marks.map((at) => `M${Math.round(at * 10) / 10} ${y}v${BAR_HEIGHT}`).join('');
  return <path className="pic-track" d={`M${x} ${y + BAR_HEIGHT / 2}h${width}${path}`} />;
}
