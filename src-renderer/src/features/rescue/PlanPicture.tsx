import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails, Preview } from '../../../../src-core/contract/schemas.ts';
import { pairLayouts } from '../../../../src-core/disks/picture-pair.ts';
import { pictureDisks, plannedPictureDisks } from '../../../../src-core/disks/picture-disks.ts';
import { MachinePicture } from '../../app/picture/MachinePicture.tsx';
import { Choice } from '../../components/Choice.tsx';

type Moment = 'before' | 'after';

interface PlanPictureProps {
  readonly details: MachineDetails;
  readonly preview: Preview;
}

/** The machine before and in rescue, as one picture: what the rescue brings comes in, the boot order makes room for it, all else stands still. */
export function PlanPicture({ details, preview }: PlanPictureProps) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<Moment>('after');
  const [chosen, setChosen] = useState<string | null>(null);
  const { plan, layouts } = preview;
  const { before, after } = layouts;
  const own = useMemo(() => pictureDisks(details.disks), [details.disks]);
  const planned = useMemo(() => plannedPictureDisks(plan, own), [plan, own]);
  const pair = useMemo(
    () =>
      pairLayouts(before, after ?? before, {
        before: { boot: plan.bootBefore, disks: own },
        after: { boot: plan.bootAfter, disks: after === null ? own : planned },
      }),
    [before, after, plan, own, planned],
  );
  const added = useMemo(
    () => new Set(plan.devices.filter(({ original }) => !original).map(({ target }) => target)),
    [plan],
  );
  const moment = after === null ? 'before' : wanted;
  const isRescue = moment === 'after';
  return (
    <MachinePicture
      layout={isRescue ? pair.after : pair.before}
      disks={isRescue ? planned : own}
      boot={isRescue ? plan.bootAfter : plan.bootBefore}
      firmware={t(details.secureBoot ? 'machine.firmware.secure' : `machine.firmware.${details.firmware}`)}
      added={isRescue ? added : NONE}
      inRescue={isRescue}
      chosen={chosen}
      onChoose={setChosen}
      title={t(`picture.title.${moment}`, { machine: details.row.name })}
      pair={pair}
    >
      {after === null ? (
        <span className="muted small">{t('boot.refused')}</span>
      ) : (
        <Choice
          label={t('picture.moments')}
          value={moment}
          options={[
            { value: 'before', label: t('picture.moment.before') },
            { value: 'after', label: t('picture.moment.after') },
          ]}
          onChange={setWanted}
        />
      )}
    </MachinePicture>
  );
}

const NONE: ReadonlySet<string> = new Set();
