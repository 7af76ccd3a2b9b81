import { useTranslation } from 'react-i18next';
import { GUEST_DISKS } from '../../../../src-core/rescue/types.ts';
import type { RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import type { GuestDisks } from '../../../../src-core/rescue/types.ts';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { Sign } from '../../components/Sign.tsx';
import { useFindingWords } from '../../i18n/words.ts';
import { guestDisksRefusals } from './summary.ts';

interface GuestDisksRadiosProps {
  readonly chosen: GuestDisks;
  readonly plan: RescuePlan | null;
  readonly onChange: (chosen: GuestDisks) => void;
}

/** What the rescue system may do to the guest's own disks. Why what is chosen cannot be had here stands below it. */
export function GuestDisksRadios({ chosen, plan, onChange }: GuestDisksRadiosProps) {
  const { t } = useTranslation();
  const words = useFindingWords();
  const refusals = plan !== null && plan.request.guestDisks === chosen ? guestDisksRefusals(plan) : [];
  return (
    <div>
      <ReasonRadios<GuestDisks>
        legend={t('rescue.attach.guestDisks')}
        value={chosen}
        options={GUEST_DISKS.map((value) => ({
          value,
          label: t(`rescue.attach.guestDisksOf.${value}`),
          note: t(`rescue.attach.guestDisksMeans.${value}`),
          reason: null,
        }))}
        onChange={onChange}
      />
      {refusals.map((refusal) => (
        <p key={`${refusal.code} ${refusal.subject ?? ''}`} className="small guest-disks-refused" role="status">
          <Sign name="refused" tone="refused" /> {words(refusal)}
        </p>
      ))}
    </div>
  );
}
