import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { fitText } from '../../../../src-core/disks/picture-text.ts';
import type { Picture, PictureEntry, PictureSlot } from '../../../../src-core/disks/picture.ts';
import { SignDrawing } from '../../components/Sign.tsx';
import { BOOT_SIGNS } from '../../components/boot-signs.ts';
import { splitPath } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { highlightProps, useIsHighlighted } from '../stores/highlight.ts';

interface LaneDrawingProps {
  readonly picture: Picture;
  /** null: this is no rescue. */
  readonly added: ReadonlySet<string> | null;
}

/** What the firmware tries, one below the other, and the badge with the same number at each disk. */
export const LaneDrawing = memo(function LaneDrawing({ picture, added }: LaneDrawingProps) {
  const { t } = useTranslation();
  const { lane, entries, controllers } = picture;
  return (
    <g aria-hidden="true">
      <text className="pic-quiet pic-small pic-strong" x={lane.x} y={lane.y + 18}>
        {t('picture.bootOrder')}
      </text>
      {entries.length === 0 && (
        <text className="pic-quiet pic-small" x={lane.x} y={lane.y + 40}>
          {fitText(t('picture.nothing'), lane.width, 11, 'sans')}
        </text>
      )}
      {entries.map((placed, at) => (
        <Entry
          key={placed.key}
          placed={placed}
          isLast={at === entries.length - 1}
          isAdded={
            (placed.entry.target !== null && added?.has(placed.entry.target) === true) ||
            placed.entry.reason.code === 'boot-kernel-rescue'
          }
        />
      ))}
      {controllers.flatMap(({ slots }) =>
        slots.map((slot) => <Badge key={slot.slot.key} placed={slot} added={added} />),
      )}
    </g>
  );
});

interface EntryProps {
  readonly placed: PictureEntry;
  readonly isLast: boolean;
  readonly isAdded: boolean;
}

function Entry({ placed, isLast, isAdded }: EntryProps) {
  const { t } = useTranslation();
  const { entry, box } = placed;
  const { kind, order, target, source } = entry;
  const isDisk = kind === 'disk' || kind === 'cdrom' || kind === 'floppy';
  const lit = useIsHighlighted(isDisk ? target : null);
  const name = kind === 'interface' || target === null ? t(`boot.kind.${kind}`) : visible(target);
  const below = kind === 'interface' ? (target ?? '') : source === null ? '' : splitPath(source).file;
  const middle = box.width / 2;
  return (
    <g
      className={['pic-entry', isAdded ? 'pic-added' : '', lit ? 'pic-lit' : ''].join(' ').trim()}
      transform={`translate(${box.x} ${box.y})`}
      {...(isDisk && target !== null ? highlightProps(target) : {})}
    >
      <rect className="pic-entry-box" width={box.width} height={box.height} rx={5} />
      <text className="pic-strong pic-middle" x={14} y={24} fontSize={13}>
        {order}
      </text>
      <g className={`pic-sign ${isAdded ? 'pic-sign-added' : ''}`}>
        <SignDrawing name={BOOT_SIGNS[kind]} x={26} y={11.5} size={15} />
      </g>
      <text className="pic-mono pic-strong" x={48} y={below === '' ? 23 : 16} fontSize={12}>
        {fitText(name, box.width - 56, 12, 'mono')}
      </text>
      <text className="pic-mono pic-quiet pic-tiny" x={48} y={30}>
        {fitText(visible(below), box.width - 54, 10.5, 'mono')}
      </text>
      {!isLast && <path className="pic-then" d={`M${middle} ${box.height + 1.5}v6m-3 -3l3 3l3 -3`} />}
    </g>
  );
}

function Badge({ placed, added }: { readonly placed: PictureSlot; readonly added: ReadonlySet<string> | null }) {
  const { disk, order } = placed;
  if (order === null || disk === null) return null;
  return (
    <g className={added?.has(disk.target) === true ? 'pic-added' : undefined}>
      <circle className="pic-badge" cx={order.x} cy={order.y} r={7.5} />
      <text className="pic-badge-text" x={order.x} y={order.y + 3.5}>
        {order.place}
      </text>
    </g>
  );
}
