import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Picture } from '../../../../src-core/disks/picture.ts';
import type { PictureDisk } from '../../../../src-core/disks/picture-disks.ts';
import { fitText } from '../../../../src-core/disks/picture-text.ts';
import { SignDrawing } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { Connectors } from './Connectors.tsx';
import { ControllerDrawing } from './ControllerDrawing.tsx';
import { DiskCard } from './DiskCard.tsx';
import { Legend } from './Legend.tsx';
import { LaneDrawing } from './LaneDrawing.tsx';
import './drawing.css';

export interface PictureDrawingProps {
  readonly picture: Picture;
  readonly disks: readonly PictureDisk[];
  readonly firmware: string;
  /** null: this is no rescue. */
  readonly added: ReadonlySet<string> | null;
  /** Keys of the controllers that are there in rescue alone. */
  readonly alone: ReadonlySet<string>;
  readonly chosen: string | null;
  readonly onChoose: (target: string) => void;
  readonly title: string;
  readonly zoom: number;
  readonly svg: RefObject<SVGSVGElement | null>;
}

/** The drawing itself, from numbers: firmware, boot order, trunk, controllers, lines, legend, one over the other in that order. */
export function PictureDrawing(props: PictureDrawingProps) {
  const { t } = useTranslation();
  const { picture, disks, added, alone, chosen, onChoose, title, zoom, svg } = props;
  const { width, height, firmware, connectors } = picture;
  // Tab comes to one disk, the arrow keys go on from there.
  const tabStop = disks.some(({ target }) => target === chosen) ? chosen : (disks[0]?.target ?? null);
  return (
    <svg
      ref={svg}
      className="pic-drawing"
      viewBox={`0 0 ${width} ${height}`}
      width={Math.round(width * zoom)}
      height={Math.round(height * zoom)}
      role="group"
      aria-label={visible(title)}
    >
      <rect className="pic-background" width={width} height={height} />
      <g aria-hidden="true">
        <path className="pic-trunk" d={picture.trunk} />
        <rect className="pic-firmware" {...firmware} rx={5} />
        <g className="pic-sign">
          <SignDrawing name="kernel" x={firmware.x + 9} y={firmware.y + 12} size={16} />
        </g>
        <text className="pic-quiet pic-tiny" x={firmware.x + 33} y={firmware.y + 15}>
          {t('picture.firmware')}
        </text>
        <text className="pic-strong" x={firmware.x + 33} y={firmware.y + 31}>
          {fitText(props.firmware, firmware.width - 40, 12, 'sans')}
        </text>
      </g>
      {picture.controllers.map((controller) => (
        <ControllerDrawing
          key={controller.controller.key}
          placed={controller}
          isAlone={alone.has(controller.controller.key)}
          isHere={!alone.has(controller.controller.key) || added !== null}
        />
      ))}
      <Connectors connectors={connectors} added={added} />
      <LaneDrawing picture={picture} added={added} />
      <DiskCards {...{ picture, added, chosen, tabStop, onChoose }} />
      <Legend box={picture.legend} scale={picture.scale} disks={disks} added={added} />
    </svg>
  );
}

interface DisksProps {
  readonly picture: Picture;
  /** null: this is no rescue. */
  readonly added: ReadonlySet<string> | null;
  readonly chosen: string | null;
  readonly tabStop: string | null;
  readonly onChoose: (target: string) => void;
}

/** By slot and not by controller: above all lines, and one that comes is one more in the list. */
function DiskCards({ picture, added, chosen, tabStop, onChoose }: DisksProps) {
  return picture.controllers.flatMap(({ slots }) =>
    slots.map((placed) => {
      const { disk, slot } = placed;
      if (disk === null) return null;
      return (
        <DiskCard
          key={slot.key}
          {...{ placed, disk, onChoose }}
          scale={picture.scale}
          dense={picture.dense}
          added={added?.has(disk.target) ?? null}
          chosen={disk.target === chosen}
          inTabOrder={disk.target === tabStop}
        />
      );
    }),
  );
}
