import { useEffect, useId, useRef, useState } from 'react';
import type { ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { NeededSecret } from '../../../../src-core/reboot/types.ts';
import { Field } from '../../components/Field.tsx';
import { formatBytes } from '../../components/format.ts';
import { isFocusLost } from '../../components/use-focus-kept.ts';
import { visible } from '../../i18n/visible.ts';
import { bytesOf, endsWithLine, MOST_SECRET_BYTES, problemOf } from './secret-values.ts';
import type { GivenSecret } from './secret-values.ts';

interface SecretFieldProps {
  readonly secret: NeededSecret;
  readonly given: GivenSecret | null;
  readonly focus: boolean;
  readonly onGive: (value: GivenSecret | null) => void;
}

/** One secret: what it opens, and its value, typed or from a file of this computer. */
export function SecretField({ secret, given, focus, onGive }: SecretFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const forgetButton = useRef<HTMLButtonElement>(null);
  const fileInput = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const [tooLarge, setTooLarge] = useState(false);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, [focus]);

  // The button that was pressed goes with what it changed.
  const isFile = given?.kind === 'file';
  const wasFile = useRef(isFile);
  useEffect(() => {
    if (isFile !== wasFile.current && isFocusLost()) (isFile ? forgetButton : input).current?.focus();
    wasFile.current = isFile;
  }, [isFile]);

  const readFile = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    // The same file can be chosen again after it was changed.
    event.target.value = '';
    if (file === undefined) return;
    setTooLarge(file.size > MOST_SECRET_BYTES);
    if (file.size > MOST_SECRET_BYTES) onGive(null);
    else onGive({ kind: 'file', name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  const type = (text: string): void => {
    setTooLarge(false);
    onGive(text === '' ? null : { kind: 'text', text });
  };
  const problem = tooLarge ? 'too-large' : given === null ? null : problemOf(given);
  return (
    <div className="reboot-secret" role="group" aria-labelledby={id}>
      <p id={id}>
        <span className="mono">{secret.uuid}</span>
        {secret.usage !== null && <span className="muted"> · {visible(secret.usage)}</span>}
        {secret.users.length > 0 && (
          <span className="muted"> · {t('reboot.secrets.users', { users: secret.users.join(', ') })}</span>
        )}
      </p>
      {given?.kind === 'file' ? (
        <p className="small">
          <span className="mono name">{visible(given.name)}</span>{' '}
          <span className="muted">{formatBytes(given.bytes.length)}</span>{' '}
          {endsWithLine(bytesOf(given)) && <span className="tone-warning">{t('reboot.secrets.lineEnd')} </span>}
          <button ref={forgetButton} type="button" className="plain-link" onClick={() => onGive(null)}>
            {t('reboot.secrets.forget')}
          </button>
        </p>
      ) : (
        <div className="reboot-secret-line">
          <Field
            label={t('reboot.secrets.value')}
            type={shown ? 'text' : 'password'}
            mono
            value={given?.text ?? ''}
            ref={input}
            onChange={type}
          />
          <label className="row small">
            <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
            {t('reboot.secrets.show')}
          </label>
          <button type="button" className="plain-link small" onClick={() => fileInput.current?.click()}>
            {t('reboot.secrets.file')}
          </button>
        </div>
      )}
      <input
        ref={fileInput}
        type="file"
        hidden
        aria-label={t('reboot.secrets.fileOf', { uuid: secret.uuid })}
        onChange={(event) => void readFile(event)}
      />
      {problem !== null && (
        <p className="small tone-refused" role="alert">
          {t(`reboot.secrets.problem.${problem}`, { most: MOST_SECRET_BYTES })}
        </p>
      )}
    </div>
  );
}
