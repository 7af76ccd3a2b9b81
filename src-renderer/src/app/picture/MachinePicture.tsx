import { memo, useEffect, useMemo, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BootEntry } from '../../../../src-core/boot/effective-order.ts';
import { describePicture } from '../../../../src-core/disks/describe-picture.ts';
import type { PictureInWords } from '../../../../src-core/disks/describe-picture.ts';
import type { PictureDisk } from '../../../../src-core/disks/picture-disks.ts';
import { ZOOMS, fitZoom, neighbour, nextZoom, pictureAt } from '../../../../src-core/disks/picture-view.ts';
import type { Direction } from '../../../../src-core/disks/picture-view.ts';
import type { PictureInput } from '../../../../src-core/disks/picture.ts';
import type { StorageLayout } from '../../../../src-core/disks/storage-layout.ts';
import { visible } from '../../i18n/visible.ts';
import { PictureDrawing } from './PictureDrawing.tsx';
import { PictureTools } from './PictureTools.tsx';
import { savePicture } from './save-picture.ts';
import { usePrintColours } from './use-print-colours.ts';
import { useZoom } from './use-zoom.ts';
import './picture.css';

export interface MachinePictureProps {
  readonly layout: StorageLayout;
  readonly disks: readonly PictureDisk[];
  readonly boot: readonly BootEntry[];
  /** How it is called: `UEFI`, `SeaBIOS`. */
  readonly firmware: string;
  /** Targets of the disks that the rescue brought. */
  readonly added: ReadonlySet<string>;
  /** Is this a rescue? Left out: it is where it brought a disk; one from a kernel brings none. */
  readonly inRescue?: boolean;
  /** The disk whose facts are beside it; null: none. */
  readonly chosen: string | null;
  readonly onChoose: (target: string) => void;
  /** Names the picture, and the file that it is saved to. */
  readonly title: string;
  /** One of two pictures of a machine: room for what is in the other, and the controllers that one of them alone has. */
  readonly pair?: {
    readonly keep: NonNullable<PictureInput['keep']>;
    readonly alone: ReadonlySet<string>;
  };
  /** Stands among the tools. */
  readonly children?: ReactNode;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

const NONE: ReadonlySet<string> = new Set();

/** A machine's storage, drawn: firmware and what it boots, controllers, slots, and the disk in each. Fills what it is put in. */
export function MachinePicture(props: MachinePictureProps) {
  const { layout, disks, boot, chosen, onChoose, title, pair, children } = props;
  const added = (props.inRescue ?? props.added.size > 0) ? props.added : null;
  const root = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const { view, room, zoom, zoomTo } = useZoom();
  usePrintColours(root);
  const input = useMemo(
    () => ({ layout, disks, boot, ...(pair === undefined ? {} : { keep: pair.keep }) }),
    [layout, disks, boot, pair],
  );
  const picture = useMemo(() => pictureAt(input, room.width, zoom), [input, room.width, zoom]);
  const words = useMemo(() => describePicture({ layout, disks, boot, added }), [layout, disks, boot, added]);
  // What has changed is what is looked for.
  useEffect(() => {
    if (pair !== undefined) svg.current?.querySelector('.pic-disk.pic-added')?.scrollIntoView({ block: 'nearest' });
  }, [pair, added]);
  const zoomBy = (direction: 1 | -1) => zoomTo(nextZoom(zoom, direction));

  const goTo = (direction: Direction): void => {
    const focused = document.activeElement?.closest('.pic-disk')?.getAttribute('data-target') ?? chosen;
    const target = neighbour(picture, focused, direction);
    if (target === null) return;
    onChoose(target);
    svg.current?.querySelector<SVGGElement>(`.pic-disk[data-target="${CSS.escape(target)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const direction = Object.hasOwn(DIRECTIONS, event.key) ? DIRECTIONS[event.key] : undefined;
    const onDisk = event.target instanceof Element && event.target.closest('.pic-disk') !== null;
    if (direction !== undefined && onDisk) goTo(direction);
    else if ((event.key === 'Enter' || event.key === ' ') && onDisk)
      onChoose(document.activeElement?.getAttribute('data-target') ?? '');
    else if (event.key === '+' || event.key === '=') zoomBy(1);
    else if (event.key === '-') zoomBy(-1);
    else if (event.key === '0') zoomTo(1);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={root}
      className={pair === undefined ? 'machine-picture' : 'machine-picture pic-moving'}
      onKeyDown={onKeyDown}
    >
      <PictureTools
        zoom={zoom}
        canZoomIn={nextZoom(zoom, 1) !== zoom}
        canZoomOut={zoom > ZOOMS[0]}
        onZoom={zoomBy}
        onOne={() => zoomTo(1)}
        onFit={() => zoomTo(fitZoom(input, room))}
        onSave={(format) => savePicture(svg.current, format, title, linesOf(words))}
      >
        {children}
      </PictureTools>
      <p className="picture-title" aria-hidden="true">
        {visible(title)}
      </p>
      <div ref={view} className="picture-view">
        <PictureDrawing
          {...{ picture, disks, added, chosen, title, zoom, svg }}
          firmware={props.firmware}
          alone={pair?.alone ?? NONE}
          onChoose={onChoose}
        />
      </div>
      <PictureText words={words} firmware={props.firmware} />
    </div>
  );
}

/** One line each, for those who are given the file. */
function linesOf({ boot, controllers }: PictureInWords): string {
  const lines = [...boot, ...controllers.flatMap(({ name, slots }) => [name, ...slots.map((slot) => `  ${slot}`)])];
  return lines.map(visible).join('\n');
}

interface PictureTextProps {
  readonly words: PictureInWords;
  readonly firmware: string;
}

/** Everything that is drawn, as lists. They are the same at any zoom. */
const PictureText = memo(function PictureText({ words, firmware }: PictureTextProps) {
  const { t } = useTranslation();
  return (
    <section className="visually-hidden" aria-label={t('picture.text')}>
      <p>{`${t('picture.firmware')}: ${firmware}`}</p>
      <p>{t('picture.bootOrder')}</p>
      <ol>
        {words.boot.length === 0 && <li>{t('picture.nothing')}</li>}
        {words.boot.map((line) => (
          <li key={line}>{visible(line)}</li>
        ))}
      </ol>
      {words.controllers.map(({ name, slots }, at) => (
        <div key={at}>
          <p>{visible(name)}</p>
          <ul>
            {slots.map((line, place) => (
              <li key={place}>{visible(line)}</li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
});
