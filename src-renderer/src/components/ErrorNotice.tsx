import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import { useErrorWords } from '../i18n/words.ts';
import { visible } from '../i18n/visible.ts';
import { Notice } from './Notice.tsx';

/** An error in words: what happened, what was left as it was, what to do next, and libvirt's own line where there is one. */
export function ErrorNotice({ error, actions }: { readonly error: ErrorData; readonly actions?: ReactNode }) {
  const { t } = useTranslation();
  const words = useErrorWords()(error);
  return (
    <div role="alert">
      <Notice tone="refused" kind={t('common.error')} actions={actions}>
        <strong>{words.message}</strong>
        <div>{words.unchanged}</div>
        <div>{words.next}</div>
        {error.detail !== null && (
          <code className="error-text-detail">{error.detail.split('\n').map(visible).join('\n')}</code>
        )}
      </Notice>
    </div>
  );
}
