import { useTranslation } from 'react-i18next';
import type { PlannedMedium } from '../../../../src-core/rescue/plan-types.ts';
import { PathText } from '../../components/PathText.tsx';
import { formatBytes } from '../../components/format.ts';

/** Several media: which one boots, where each goes, and whether it can be written to. */
export function MediaTable({ media }: { readonly media: readonly PlannedMedium[] }) {
  const { t } = useTranslation();
  return (
    <table className="plan-devices">
      <caption className="head">{t('rescue.media.title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('rescue.media.column.place')}</th>
          <th scope="col">{t('rescue.media.column.medium')}</th>
          <th scope="col">{t('rescue.devices.as')}</th>
          <th scope="col">{t('rescue.media.column.size')}</th>
        </tr>
      </thead>
      <tbody>
        {media.map(({ name, placement, size }, at) => (
          // Media may be alike: their place is what they are known by.
          <tr key={at}>
            <td className={at === 0 ? 'nowrap tone-rescue' : 'nowrap muted'}>
              {t(at === 0 ? 'rescue.media.boots' : 'rescue.media.rides')}
            </td>
            <th scope="row" className="plan-device-source">
              <PathText path={name} fileOnly />
            </th>
            <td className="nowrap">
              {placement === null
                ? '—'
                : t('rescue.media.as', {
                    target: placement.target.value,
                    device: placement.device.value,
                    bus: placement.bus.value,
                  })}
            </td>
            <td className="nowrap num">{formatBytes(size)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
