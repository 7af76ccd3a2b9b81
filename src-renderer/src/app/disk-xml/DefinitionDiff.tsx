import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DiffLine } from '../../../../src-core/domain-xml/line-diff.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { XmlDiff } from '../../components/xml/XmlDiff.tsx';
import { diffTexts } from '../../components/xml/diff-texts.ts';
import { DiskStrip } from './DiskStrip.tsx';
import { highlightedXml } from './highlighted-xml.ts';
import './definition-diff.css';

interface DefinitionDiffProps {
  readonly diff: readonly DiffLine[];
  /** What is copied: the definition as it will be. */
  readonly after: string;
  /** Which definition it is, in a sentence. */
  readonly help: string;
  /** To a screen reader. */
  readonly label: string;
  readonly disks: readonly { readonly target: string; readonly added: boolean }[];
}

/** What becomes of a definition: how many lines are another, each disk a click away, and the lines themselves. */
export function DefinitionDiff({ diff, after, help, label, disks }: DefinitionDiffProps) {
  const { t } = useTranslation();
  const [xml] = useState(highlightedXml);
  const texts = useMemo(() => diffTexts(diff), [diff]);
  return (
    <div className="plan-diff">
      <div className="definition-note">
        <span className="small muted">{help}</span>
        <span className="small nowrap spread">
          <span className="tone-added">{t('rescue.preview.linesAdded', { count: texts.added })}</span>
          {' · '}
          <span className="tone-refused">{t('rescue.preview.linesRemoved', { count: texts.removed })}</span>
        </span>
        <CopyButton text={after} label={t('rescue.preview.copyXml')} />
      </div>
      <div className="plan-diff-disks">
        <DiskStrip disks={disks} onReveal={xml.reveal} />
      </div>
      <XmlDiff before={texts.before} after={texts.after} label={label} extension={xml.extension} />
    </div>
  );
}
