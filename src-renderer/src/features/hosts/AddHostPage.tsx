import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useRef, useState } from 'react';
import type { SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Field } from '../../components/Field.tsx';
import { addHost } from './actions.ts';
import { uriProblem } from './uri.ts';
import './hosts.css';

const EXAMPLES = [
  'qemu+ssh://root@kvm1.example.net/system',
  'qemu+tls://kvm1.example.net/system',
  'qemu:///session',
  'test:///default',
];

/** Any libvirt URI. In its place, not in a dialog: the list of hosts and what it says stay in sight. */
export function AddHostPage() {
  const { t } = useTranslation();
  const [uri, setUri] = useState('');
  const [name, setName] = useState('');
  const [readOnly, setReadOnly] = useState(false);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const uriField = useRef<HTMLInputElement>(null);
  const problem = uriProblem(uri);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (problem !== null) {
      uriField.current?.focus();
      return;
    }
    setError(await addHost(uri, name, readOnly));
  };

  return (
    <form
      className="host-page add-host pane-scroll"
      noValidate
      onSubmit={(event) => void submit(event)}
      aria-labelledby="add-host-title"
    >
      <h1 id="add-host-title">{t('hosts.addTitle')}</h1>
      <Field
        ref={uriField}
        label={t('hosts.form.uri')}
        value={uri}
        mono
        autoFocus
        placeholder="qemu+ssh://root@host/system"
        help={tried && problem !== null ? t(`hosts.form.problem.${problem}`) : t('hosts.form.uriHelp')}
        invalid={tried && problem !== null}
        onChange={(value) => {
          setUri(value);
          setError(null);
        }}
      />
      <Field label={t('hosts.form.name')} value={name} help={t('hosts.form.nameHelp')} onChange={setName} />
      <FormControlLabel
        control={<Checkbox checked={readOnly} onChange={(event) => setReadOnly(event.target.checked)} />}
        label={
          <>
            {t('hosts.form.readOnly')}
            <span className="muted small add-host-note">{t('hosts.form.readOnlyHelp')}</span>
          </>
        }
      />
      {error !== null && <ErrorNotice error={error} />}
      <div className="row">
        <Button type="submit" variant="contained">
          {t('hosts.form.submit')}
        </Button>
        <Button variant="outlined" onClick={() => goTo({ kind: 'start' })}>
          {t('common.cancel')}
        </Button>
      </div>
      <div>
        <p className="head">{t('hosts.form.examples')}</p>
        <ul>
          {EXAMPLES.map((example) => (
            <li key={example}>
              <button type="button" className="plain-link mono" onClick={() => setUri(example)}>
                {example}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </form>
  );
}
