import Button from '@mui/material/Button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { LibraryMedium } from '../../../../src-core/library/types.ts';
import { removeMedium } from '../../app/stores/library.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';

/** Asked in place: what goes, and what stays. */
export function RemoveMedium({ medium, onCancel }: { readonly medium: LibraryMedium; readonly onCancel: () => void }) {
  const { t } = useTranslation();
  const [error, setError] = useState<ErrorData | null>(null);
  return (
    <div className="ask" role="group" aria-labelledby="library-remove">
      <p id="library-remove">{t('library.removeAsk', { name: medium.name })}</p>
      {error !== null && <ErrorNotice error={error} />}
      <div className="row">
        <Button variant="contained" color="error" autoFocus onClick={() => void removeMedium(medium.id).then(setError)}>
          {t('library.removeNow')}
        </Button>
        <Button variant="outlined" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </div>
    </div>
  );
}
