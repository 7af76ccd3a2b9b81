import { useTranslation } from 'react-i18next';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import type { SecretState } from '../../../../src-core/disks/types.ts';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';

/** Who else has a disk open, and where. */
export function DiskUsers({ disk }: { readonly disk: MachineDisk }) {
  const { t } = useTranslation();
  if (disk.users.length === 0) return null;
  return (
    <div className="disk-users">
      <h3 className="head">{t('disks.usedBy.title')}</h3>
      <ul>
        {disk.users.map(({ domain, host, writes, as }, at) => (
          <li key={at}>
            <Sign name={writes ? 'warning' : 'unchanged'} tone={writes ? 'warning' : 'unchanged'} />
            <span>
              <span className="name">{visible(domain)}</span>
              <span className="small muted">
                {` – ${[
                  host === null ? t('disks.usedBy.here') : t('disks.usedBy.on', { host }),
                  t(writes ? 'disks.usedBy.writes' : 'disks.usedBy.reads'),
                  as === 'path' ? t('disks.usedBy.path') : null,
                ]
                  .filter((part) => part !== null)
                  .join(', ')}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The secrets that a disk needs, and whether the host has them with a value. Never the value. */
export function DiskSecrets({ disk }: { readonly disk: MachineDisk }) {
  const { t } = useTranslation();
  // What the host was not asked yet is at least what the definition names.
  const secrets: readonly SecretState[] =
    disk.secretStates.length > 0
      ? disk.secretStates
      : disk.secrets.map((secret) => ({ ...secret, defined: null, hasValue: null }));
  if (secrets.length === 0) return null;
  return (
    <div className="disk-users">
      <h3 className="head">{t('disks.facts.secrets')}</h3>
      <ul>
        {secrets.map((secret, at) => {
          const state = stateOf(secret);
          return (
            <li key={at}>
              <Sign name={SECRET_SIGNS[state].sign} tone={SECRET_SIGNS[state].tone} />
              <span>
                <span className="mono">{visible(secret.uuid ?? secret.usage ?? '')}</span>
                <span className="small muted">{` – ${t(`disks.secret.purpose.${secret.purpose}`)}, ${t(`disks.secret.${state}`)}`}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const SECRET_SIGNS = {
  valued: { sign: 'check', tone: 'good' },
  unvalued: { sign: 'warning', tone: 'warning' },
  undefined: { sign: 'warning', tone: 'warning' },
  unknown: { sign: 'other', tone: 'unchanged' },
} as const;

function stateOf({ defined, hasValue }: SecretState): keyof typeof SECRET_SIGNS {
  if (defined === false) return 'undefined';
  if (defined === null || hasValue === null) return 'unknown';
  return hasValue ? 'valued' : 'unvalued';
}
