import { useTranslation } from 'react-i18next';
import type { Finding } from '../../../src-core/rescue/types.ts';
import { Sign } from './Sign.tsx';
import { useFindingWords } from '../i18n/words.ts';
import './findings.css';

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
    <ul className={`findings findings-${tone}`} aria-label={t(`rescue.findings.${tone}`, { count: findings.length })}>
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.subject ?? ''}`}>
          <Sign name={tone} tone={tone} label={t(`rescue.findings.${tone}One`)} />
          <span>{words(finding)}</span>
        </li>
      ))}
    </ul>
  );
}
