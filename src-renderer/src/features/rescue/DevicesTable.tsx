import { useTranslation } from 'react-i18next';
import type { PlanChange, PlannedDisk, RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import type { Sentence } from '../../../../src-core/rescue/types.ts';
import { highlightProps, useIsHighlighted } from '../../app/stores/highlight.ts';
import { PathText } from '../../components/PathText.tsx';
import { Sign } from '../../components/Sign.tsx';
import type { SignName, Tone } from '../../components/Sign.tsx';
import { addressText } from '../../components/address.ts';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { isKept } from './summary.ts';

/** Every disk of the running rescue: the guest's own locked in place, the rescue's marked as added. */
export function DevicesTable({ plan }: { readonly plan: RescuePlan }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const others = plan.added.filter((change) => change.element !== 'disk');
  return (
    <div>
      <table className="plan-devices">
        <caption className="head">
          {t(plan.rescueXml === null ? 'rescue.devices.titleNow' : 'rescue.devices.title')}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('rescue.devices.mark')}</th>
            <th scope="col">{t('disks.columns.target')}</th>
            <th scope="col">{t('rescue.devices.as')}</th>
            <th scope="col">{t('disks.columns.address')}</th>
            <th scope="col" className="plan-device-kernel">
              {t('rescue.devices.kernelName')}
            </th>
            <th scope="col">{t('disks.columns.source')}</th>
          </tr>
        </thead>
        <tbody>
          {plan.devices.map((disk) => (
            <DeviceRow key={disk.target} disk={disk} />
          ))}
        </tbody>
      </table>
      <NameNotes plan={plan} />
      {(others.length > 0 || plan.removed.length > 0) && (
        <ul className="plan-changes small" aria-label={t('rescue.devices.changes')}>
          {others.map((change, at) => {
            const why = controllerWhy(plan, change);
            return (
              <li key={`added-${at}`}>
                <Sign name="added" tone="added" label={t('common.added')} />
                {words(change.what)}
                {why !== null && <span className="muted">{` – ${words(why)}`}</span>}
              </li>
            );
          })}
          {plan.removed.map((change, at) => (
            <li key={`removed-${at}`}>
              <Sign name="skipped" tone="unchanged" label={t('rescue.devices.setAside')} />
              {words(change.what)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Of the guest's own disks whose kernel name is told and is another in rescue: which name holds. */
function NameNotes({ plan }: { readonly plan: RescuePlan }) {
  const { t } = useTranslation();
  const changed = plan.devices.filter(
    ({ original, kernelBefore, guestNames }) =>
      original && kernelBefore !== guestNames.kernel && guestNames.note !== null,
  );
  if (changed.length === 0) return null;
  return (
    <ul className="plan-changes small" aria-label={t('rescue.devices.names')}>
      {changed.map(({ target, guestNames }) => (
        <li key={target}>
          <Sign name="warning" tone="warning" label={t('rescue.devices.names')} />
          <span>
            <span className="mono">{visible(target)}</span>
            {`: ${visible(guestNames.note ?? '')}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Why a controller is added: the medium that sits on it says so. */
function controllerWhy({ media }: RescuePlan, { element, what }: PlanChange): Sentence | null {
  if (element !== 'controller') return null;
  const name = `${what.params['type']} controller ${what.params['index']}`;
  const controllers = media.flatMap(({ placement }) => placement?.controller ?? []);
  return controllers.find(({ value }) => value === name || value.startsWith(`${name} `))?.why ?? null;
}

function DeviceRow({ disk }: { readonly disk: PlannedDisk }) {
  const { t } = useTranslation();
  const mark = markOf(disk);
  const highlighted = useIsHighlighted(disk.target);
  return (
    <tr
      className={`${mark === 'added' ? 'plan-device-added' : ''} ${highlighted ? 'row-highlighted' : ''}`.trim()}
      {...highlightProps(disk.target)}
    >
      <td className={`tone-${MARKS[mark].tone} nowrap`}>
        <Sign name={MARKS[mark].sign} tone={MARKS[mark].tone} />
        <span className="plan-device-mark">
          {t(`rescue.devices.marks.${mark === 'kept' && disk.protection !== null ? disk.protection : mark}`)}
        </span>
      </td>
      <th scope="row" className="mono" title={disk.guestNames.kernel ?? undefined}>
        {visible(disk.target)}
      </th>
      <td className="nowrap">{t('rescue.devices.on', { device: disk.device, bus: disk.bus })}</td>
      <td className="mono nowrap">{addressText(disk.address)}</td>
      <KernelNameCell disk={disk} />
      <td className="plan-device-source">
        {disk.source === null ? (
          <span className="muted">{t('disks.empty')}</span>
        ) : (
          <PathText path={disk.source} fileOnly />
        )}
      </td>
    </tr>
  );
}

/** The name in rescue; where it is another out of it, that one before it. */
function KernelNameCell({ disk }: { readonly disk: PlannedDisk }) {
  const { t } = useTranslation();
  const { kernelBefore: before, original } = disk;
  const { kernel: after, why } = disk.guestNames;
  const short = (name: string | null) => name?.replace('/dev/', '') ?? t('rescue.devices.notTold');
  if (!original || before === after) {
    return (
      <td className="nowrap plan-device-kernel" title={visible(why)}>
        {after === null ? (
          <span className="muted">{t('rescue.devices.notTold')}</span>
        ) : (
          <span className="mono">{short(after)}</span>
        )}
      </td>
    );
  }
  return (
    <td className="nowrap tone-warning plan-device-kernel" title={visible(why)}>
      {t('rescue.devices.kernelChange', { before: short(before), after: short(after) })}
    </td>
  );
}

type Mark = 'added' | 'unchanged' | 'kept' | 'changed';

const MARKS: Readonly<Record<Mark, { readonly sign: SignName; readonly tone: Tone }>> = {
  added: { sign: 'added', tone: 'added' },
  unchanged: { sign: 'unchanged', tone: 'unchanged' },
  kept: { sign: 'unchanged', tone: 'accent' },
  changed: { sign: 'warning', tone: 'warning' },
};

function markOf(disk: PlannedDisk): Mark {
  if (!disk.original) return 'added';
  if (isKept(disk)) return 'kept';
  return disk.unchanged ? 'unchanged' : 'changed';
}
