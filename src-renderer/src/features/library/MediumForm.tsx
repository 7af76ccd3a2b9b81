import Button from '@mui/material/Button';
import { useRef, useState } from 'react';
import type { SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { selectHosts, useHosts } from '../../app/stores/hosts.ts';
import { saveMedium } from '../../app/stores/library.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Field } from '../../components/Field.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { GlanceImport } from './GlanceImport.tsx';
import { PropertiesEditor } from './PropertiesEditor.tsx';
import { SourceFields } from './SourceFields.tsx';
import { editOf, withImage } from './form-state.ts';
import type { MediumForm as Form } from './form-state.ts';

interface MediumFormProps {
  readonly begin: Form;
  readonly onSaved: (id: string) => void;
  readonly onCancel: () => void;
}

/** What a person says of a medium: a new one, or one that is there. */
export function MediumForm({ begin, onSaved, onCancel }: MediumFormProps) {
  const { t } = useTranslation();
  const [form, setForm] = useState(begin);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const change = (part: Partial<Form>): void => {
    setForm((before) => ({ ...before, ...part }));
    setError(null);
  };
  const whole = editOf(form);
  const problem =
    !tried || 'edit' in whole
      ? null
      : 'twice' in whole
        ? t('library.form.twice', { name: whole.twice })
        : visible(whole.problem);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!('edit' in whole)) {
      if (form.name.trim() === '') nameField.current?.focus();
      return;
    }
    const answer = await saveMedium(whole.edit);
    if (answer.ok) onSaved(answer.value.id);
    else setError(answer.error);
  };
  return (
    <form
      className="library-form pane-scroll"
      noValidate
      aria-labelledby="library-form"
      onSubmit={(event) => void submit(event)}
    >
      <h2 id="library-form">
        {begin.id === null ? t('library.form.addTitle') : t('library.form.editTitle', { name: begin.name })}
      </h2>
      <GlanceImport onRead={(image) => setForm((before) => withImage(before, image))} />
      <Field
        ref={nameField}
        label={t('library.form.name')}
        value={form.name}
        autoFocus
        help={t('library.form.nameHelp')}
        invalid={tried && form.name.trim() === ''}
        onChange={(name) => change({ name })}
      />
      <HostField host={form.host} onChange={(host) => change({ host })} />
      <SourceFields form={form} onChange={change} />
      <PropertiesEditor rows={form.properties} onChange={(properties) => change({ properties })} />
      <div className="field">
        <label htmlFor="library-note">{t('library.form.note')}</label>
        <textarea
          id="library-note"
          className="control"
          rows={3}
          value={form.note}
          maxLength={4000}
          onChange={(event) => change({ note: event.target.value })}
        />
      </div>
      <p role="status" className="small tone-refused">
        {problem !== null && (
          <>
            <Sign name="refused" tone="refused" /> {problem}
          </>
        )}
      </p>
      {error !== null && <ErrorNotice error={error} />}
      <div className="row">
        <Button type="submit" variant="contained">
          {begin.id === null ? t('library.form.add') : t('library.form.save')}
        </Button>
        <Button variant="outlined" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}

/** One host, or every host that has it in the same place. */
function HostField({
  host,
  onChange,
}: {
  readonly host: string | null;
  readonly onChange: (host: string | null) => void;
}) {
  const { t } = useTranslation();
  const hosts = useHosts(useShallow(selectHosts));
  const listed = host === null || hosts.some(({ uri }) => uri === host);
  return (
    <div className="field">
      <label htmlFor="library-host">{t('library.form.host')}</label>
      <select
        id="library-host"
        className="control"
        value={host ?? ''}
        aria-describedby="library-host-help"
        onChange={(event) => onChange(event.target.value || null)}
      >
        <option value="">{t('library.form.shared')}</option>
        {hosts.map(({ id, name, uri }) => (
          <option key={id} value={uri}>
            {t('library.form.only', { host: name, uri })}
          </option>
        ))}
        {!listed && <option value={host}>{visible(host)}</option>}
      </select>
      <p id="library-host-help" className="small muted">
        {t(host === null ? 'library.form.sharedHelp' : 'library.form.onlyHelp')}
      </p>
    </div>
  );
}
