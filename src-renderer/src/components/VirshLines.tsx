import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { visible } from '../i18n/visible.ts';
import { CopyButton } from './CopyButton.tsx';
import './virsh-lines.css';

/** What an administrator would type instead, to be read and copied. */
export function VirshLines({ lines, help }: { readonly lines: readonly string[]; readonly help: string }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="row">
        <p className="small muted">{help}</p>
        <span className="spread">
          <CopyButton text={lines.join('\n')} label={t('common.copy')} />
        </span>
      </div>
      <pre className="virsh-lines">
        {lines.map((line, at) => (
          <span key={at} className={line.startsWith('#') ? 'virsh-line muted' : 'virsh-line'}>
            <Words line={line} />
            {'\n'}
          </span>
        ))}
      </pre>
    </>
  );
}

/** The words of a command, each in one piece. */
function Words({ line }: { readonly line: string }) {
  const words = visible(line).split(' ');
  return words.map((word, at) => (
    <Fragment key={at}>
      {at > 0 && ' '}
      <span className="virsh-word">{word}</span>
    </Fragment>
  ));
}
