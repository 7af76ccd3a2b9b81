import Button from '@mui/material/Button';
import { useRef, useState } from 'react';
import type { ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LONGEST_GLANCE, readGlanceImage } from '../../../../src-core/library/glance.ts';
import type { GlanceImage } from '../../../../src-core/library/glance.ts';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';

type Outcome = { readonly image: GlanceImage; readonly file: string } | { readonly problem: string };

/** Fills the form from what Glance says of an image: a file that openstack image show -f json printed. */
export function GlanceImport({ onRead }: { readonly onRead: (image: GlanceImage) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const read = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    // The same file can be chosen again after it was changed.
    event.target.value = '';
    if (file === undefined) return;
    try {
      // What is too large is not even read.
      const image = readGlanceImage(
        file.size > 4 * LONGEST_GLANCE ? ' '.repeat(LONGEST_GLANCE + 1) : await file.text(),
      );
      onRead(image);
      setOutcome({ image, file: file.name });
    } catch (error) {
      setOutcome({ problem: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <div className="library-import">
      <Button variant="outlined" onClick={() => input.current?.click()}>
        {t('library.import.button')}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t('library.import.button')}
        onChange={(event) => void read(event)}
      />
      <p role="status" className={outcome !== null && 'problem' in outcome ? 'small tone-refused' : 'small muted'}>
        {outcome === null && t('library.import.help')}
        {outcome !== null && 'problem' in outcome && (
          <>
            <Sign name="refused" tone="refused" /> {t('library.import.problem', { problem: outcome.problem })}
          </>
        )}
        {outcome !== null && 'image' in outcome && (
          <>
            <Sign name="check" tone="good" />{' '}
            {t('library.import.read', {
              count: Object.keys(outcome.image.properties).length,
              file: visible(outcome.file),
            })}
          </>
        )}
      </p>
    </div>
  );
}
