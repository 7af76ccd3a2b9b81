import { useTranslation } from 'react-i18next';
import type { MigrationProgress } from '../../../../src-core/migration/types.ts';
import { isStalled, percentOf, rateOf } from '../../app/stores/migrations.ts';
import type { UnderWay } from '../../app/stores/migrations.ts';
import { Notice } from '../../components/Notice.tsx';
import { formatBytes, formatRate, formatSpan } from '../../components/format.ts';
import { Sparkline } from './Sparkline.tsx';

/** How far it is: what goes over, how fast against what the guest changes, how long yet or why nobody knows. */
export function Progress({ underWay: { progress, samples } }: { readonly underWay: UnderWay }) {
  const { t } = useTranslation();
  const left = useLeftWords(progress);
  const { phase, remaining, dirtyRate } = progress;
  const rate = rateOf(progress);
  const percent = percentOf(progress);
  return (
    <section className="migration-progress" aria-label={t('migrate.run.progress')}>
      <div className="row">
        <strong>{t(`migrate.run.phase.${phase}`)}</strong>
        {percent !== null && <span>{`${percent} %`}</span>}
        <span className="muted spread">{left}</span>
      </div>
      <div
        className="migration-bar"
        role="progressbar"
        aria-label={t('migrate.run.progress')}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === null ? {} : { 'aria-valuenow': percent })}
      >
        <span style={{ width: `${percent ?? 0}%` }} />
      </div>
      <Stalled progress={progress} />
      <Figures progress={progress} />
      {samples.length > 1 && (
        <div className="sparklines">
          <Sparkline
            title={t('migrate.run.chart.remaining')}
            text={t('migrate.run.chart.remainingText', {
              first: formatBytes(samples[0]?.remaining ?? null),
              now: formatBytes(remaining),
            })}
            series={[{ name: 'main', values: samples.map((sample) => sample.remaining) }]}
            top={formatBytes}
          />
          <Sparkline
            title={t('migrate.run.chart.rate')}
            text={t('migrate.run.chart.rateText', {
              rate: rate === null ? t('common.unknown') : formatRate(rate),
              dirty: dirtyRate === null ? t('common.unknown') : formatRate(dirtyRate),
            })}
            series={[
              { name: 'main', values: samples.map((sample) => sample.rate) },
              { name: 'other', values: samples.map((sample) => sample.dirtyRate) },
            ]}
            top={formatRate}
          />
        </div>
      )}
    </section>
  );
}

/** That it does not go on, and what that means. Read out are the phases, and that; not the figures, which change twice a second. */
function Stalled({ progress }: { readonly progress: MigrationProgress }) {
  const { t } = useTranslation();
  const { phase, stalled } = progress;
  const isOver = phase === 'finishing';
  const time = formatSpan(Math.round(stalled) * 1000);
  return (
    <>
      <p className="visually-hidden" role="status">
        {isStalled(progress) && !isOver ? t('migrate.run.left.stalled') : t(`migrate.run.phase.${phase}`)}
      </p>
      {isStalled(progress) && (
        <Notice tone="warning" kind={t('rescue.findings.warningOne')}>
          <strong>{t(isOver ? 'migrate.run.stalledHandingOver' : 'migrate.run.stalled', { time })}</strong>{' '}
          {t(`migrate.run.stalledHelp.${isOver || phase === 'post-copy' ? phase : 'sending'}`)}
        </Notice>
      )}
    </>
  );
}

function Figures({ progress }: { readonly progress: MigrationProgress }) {
  const { t } = useTranslation();
  const { processed, remaining, dirtyRate, iteration, downtime, throttle, elapsed } = progress;
  const rate = rateOf(progress);
  const figures: readonly (readonly [string, string | null])[] = [
    [t('migrate.run.figure.sent'), processed === null ? null : formatBytes(processed)],
    [t('migrate.run.figure.remaining'), remaining === null ? null : formatBytes(remaining)],
    [t('migrate.run.figure.rate'), rate === null ? null : formatRate(rate)],
    [t('migrate.run.figure.dirtyRate'), dirtyRate === null ? null : formatRate(dirtyRate)],
    [t('migrate.run.figure.iteration'), iteration === null ? null : String(iteration)],
    [t('migrate.run.figure.downtime'), downtime === null ? null : formatSpan(downtime)],
    [t('migrate.run.figure.throttle'), throttle === null || throttle === 0 ? null : `${throttle} %`],
    [t('migrate.run.figure.elapsed'), formatSpan(elapsed * 1000)],
  ];
  return (
    <dl className="migration-figures">
      {figures
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** How long yet; or why that cannot be told. */
function useLeftWords(progress: MigrationProgress): string {
  const { t } = useTranslation();
  const { phase, left, rate, dirtyRate } = progress;
  if (phase === 'finishing') return '';
  if (isStalled(progress)) return t('migrate.run.left.stalled');
  if (left !== null) return t('migrate.run.left.about', { time: formatSpan(Math.max(1, Math.round(left)) * 1000) });
  if (rate !== null && dirtyRate !== null && dirtyRate >= rate) return t('migrate.run.left.never');
  return t('migrate.run.left.unknown');
}
