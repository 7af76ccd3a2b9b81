import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { fitWords } from '../../../../src-core/disks/describe-picture.ts';
import { fitText, textWidth } from '../../../../src-core/disks/picture-text.ts';
import type { Box, PictureController, PictureSlot } from '../../../../src-core/disks/picture.ts';
import type { Fit } from '../../../../src-core/disks/storage-layout.ts';
import { addressText } from '../../components/address.ts';
import { visible } from '../../i18n/visible.ts';

interface ControllerDrawingProps {
  readonly placed: PictureController;
  /** The rescue brings it. */
  readonly isAlone: boolean;
  /** Is it there in this picture? */
  readonly isHere: boolean;
}

/** How people write them. */
const NAMES: Readonly<Record<string, string>> = {
  sata: 'SATA',
  scsi: 'SCSI',
  ide: 'IDE',
  usb: 'USB',
  nvme: 'NVMe',
  fdc: 'Floppy',
};

/** A controller and its slots, without what sits in them. */
export const ControllerDrawing = memo(function ControllerDrawing({ placed, isAlone, isHere }: ControllerDrawingProps) {
  const { t } = useTranslation();
  const { controller, box, slots, more } = placed;
  const { type, index, model, address, builtIn } = controller;
  const name =
    type === 'virtio' ? 'virtio' : `${Object.hasOwn(NAMES, type) ? (NAMES[type] ?? type) : visible(type)} ${index}`;
  const facts = [
    model === null ? null : visible(model),
    builtIn ? t('picture.builtIn') : null,
    address === null ? null : addressText(address),
  ].filter((fact) => fact !== null);
  const factsX = box.x + 12 + textWidth(name, 12, 'sans') + 10;
  const room = (more === null ? box.x + box.width - 12 : more.x - 8) - factsX;
  const told = isAlone ? t('picture.comes') : facts.join('  ');
  return (
    <g aria-hidden="true" className={[isAlone ? 'pic-added' : '', isHere ? '' : 'pic-alone'].join(' ').trim()}>
      <rect className="pic-controller-box" {...box} rx={7} />
      <text className="pic-strong" x={box.x + 12} y={box.y + 18}>
        {name}
      </text>
      <text className={isAlone ? 'pic-text-added pic-small' : 'pic-quiet pic-small pic-mono'} x={factsX} y={box.y + 18}>
        {fitText(told, room, 11, isAlone ? 'sans' : 'mono')}
      </text>
      {slots.map((slot) => (
        <SlotDrawing key={slot.slot.key} placed={slot} free={t('picture.free')} />
      ))}
      {more !== null && <MoreFree box={more} count={controller.moreFree} fits={controller.moreFits} />}
    </g>
  );
});

/** `free`: the word for a place that nothing is known to fit. */
function SlotDrawing({ placed, free }: { readonly placed: PictureSlot; readonly free: string }) {
  const { slot, box, disk, order } = placed;
  const label = visible(slot.label);
  if (disk !== null) {
    // The badge of its place in the boot order stands first.
    const inset = order === null ? 2 : 20;
    return (
      <g transform={`translate(${box.x + inset} ${box.y + 11})`}>
        <SlotName label={label} room={box.width - inset} />
      </g>
    );
  }
  if (slot.taken === null && slot.target === null)
    return <FreePlace box={box} name={label} fits={slot.fits} note={free} />;
  return (
    <>
      <rect className="pic-taken" {...box} rx={5} />
      <text className="pic-mono pic-quiet pic-tiny" x={box.x + 7} y={box.y + 16}>
        {fitText(label, box.width - 12, 10.5, 'mono')}
      </text>
      <text className="pic-small" x={box.x + 7} y={box.y + 32}>
        {fitText(visible(slot.taken ?? slot.target ?? ''), box.width - 12, 11, 'sans')}
      </text>
    </>
  );
}

/** The same wherever it stands: zooming only moves it. */
const SlotName = memo(function SlotName({ label, room }: { readonly label: string; readonly room: number }) {
  return <text className="pic-mono pic-quiet pic-tiny">{fitText(label, room, 10.5, 'mono')}</text>;
});

interface FreePlaceProps {
  readonly box: Box;
  readonly name: string;
  readonly fits: readonly Fit[];
  /** What is said of it where nothing fits. */
  readonly note?: string;
}

/** Dashed: nothing is there yet. The second line says what could be. */
function FreePlace({ box, name, fits, note = '' }: FreePlaceProps) {
  const what = fitWords(fits);
  return (
    <>
      <rect className="pic-free" {...box} rx={5} />
      <text className="pic-quiet" x={box.x + 6} y={box.y + 16} fontSize={10}>
        {fitText(name, box.width - 8, 10, 'sans')}
      </text>
      <text className="pic-quiet pic-small" x={box.x + 6} y={box.y + 32}>
        {fitText(what === '' ? note : `+ ${what}`, box.width - 12, 11, 'sans')}
      </text>
    </>
  );
}

interface MoreFreeProps {
  readonly box: Box;
  /** null: as many as one likes. */
  readonly count: number | null;
  readonly fits: readonly Fit[];
}

function MoreFree({ box, count, fits }: MoreFreeProps) {
  const { t } = useTranslation();
  const free = count === null ? t('picture.freeAny') : t('picture.freeMore', { count });
  const text = fits.length === 0 ? free : `${free}: ${fitWords(fits)}`;
  return (
    <>
      <rect className="pic-free" {...box} rx={9} />
      <text className="pic-quiet pic-tiny pic-middle" x={box.x + box.width / 2} y={box.y + 13}>
        {fitText(text, box.width - 12, 10.5, 'sans')}
      </text>
    </>
  );
}
