import { useTranslation } from 'react-i18next';
import type { Finding } from '../../../../src-core/rescue/types.ts';
import { Notice } from '../../components/Notice.tsx';
import { useFindingWords } from '../../i18n/words.ts';

interface FindingsProps {
  readonly findings: readonly Finding[];
  readonly tone: 'refused' | 'warning';
}

/** Refusals or warnings, each in full: what is the matter and what to do. */
export function Findings({ findings, tone }: FindingsProps) {
  const { t } = useTranslation();
  const words = useFindingWords();
  if (findings.length === 0) return null;
  return (
    <ul className="findings" aria-label={t(`rescue.findings.${tone}`, { count: findings.length })}>
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.subject ?? ''}`}>
          <Notice tone={tone} kind={t(`rescue.findings.${tone}One`)}>
            {words(finding)}
          </Notice>
        </li>
      ))}
    </ul>
  );
}
