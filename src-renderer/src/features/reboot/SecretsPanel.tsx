import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NeededSecret } from '../../../../src-core/reboot/types.ts';
import { Sign } from '../../components/Sign.tsx';
import { SecretField } from './SecretField.tsx';
import { missingOf } from './secret-values.ts';
import type { GivenSecret, GivenSecrets } from './secret-values.ts';

interface SecretsPanelProps {
  readonly asked: readonly NeededSecret[];
  readonly given: GivenSecrets;
  /** The first field takes the focus: what was given last was wrong. */
  readonly focus: boolean;
  readonly onGive: (uuid: string, value: GivenSecret | null) => void;
}

/** Values that libvirt has not: asked for here, in the place they are about. One that may be there is asked for only on demand. */
export function SecretsPanel({ asked, given, focus, onGive }: SecretsPanelProps) {
  const { t } = useTranslation();
  const [more, setMore] = useState(false);
  const required = asked.filter((secret) => secret.required);
  const missing = missingOf(asked, given).length;
  const optional = asked.filter((secret) => !secret.required);
  const field = (secret: NeededSecret, takesFocus: boolean) => (
    <SecretField
      key={secret.uuid}
      secret={secret}
      given={given[secret.uuid] ?? null}
      focus={takesFocus}
      onGive={(value) => onGive(secret.uuid, value)}
    />
  );
  const moreButton = (
    <button type="button" className="plain-link small" onClick={() => setMore(true)}>
      {t('reboot.secrets.more', { count: optional.length })}
    </button>
  );
  if (required.length === 0 && !more) return <p>{moreButton}</p>;
  return (
    <section className="ask reboot-secrets" aria-labelledby="reboot-secrets">
      <h3 id="reboot-secrets">
        <Sign name={missing > 0 ? 'keyMissing' : 'key'} tone={missing > 0 ? 'warning' : 'unchanged'} />{' '}
        {missing > 0 && t('reboot.secrets.needed', { count: missing })}
        {missing === 0 && required.length > 0 && t('reboot.secrets.given', { count: required.length })}
        {required.length === 0 && t('reboot.secrets.unknown', { count: optional.length })}
      </h3>
      <p className="small muted">{t('reboot.secrets.help')}</p>
      {required.map((secret, at) => field(secret, focus && at === 0))}
      {optional.length > 0 && !more && moreButton}
      {more && optional.map((secret, at) => field(secret, at === 0))}
    </section>
  );
}
