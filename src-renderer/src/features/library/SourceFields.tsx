import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { selectHosts, useHosts } from '../../app/stores/hosts.ts';
import { loadPools, loadVolumes, selectVolumes, usePools } from '../../app/stores/pools.ts';
import { Choice } from '../../components/Choice.tsx';
import { Field } from '../../components/Field.tsx';
import { SOURCE_KINDS } from './form-state.ts';
import type { MediumForm } from './form-state.ts';

interface SourceFieldsProps {
  readonly form: MediumForm;
  readonly onChange: (change: Partial<MediumForm>) => void;
}

/** Where hosts find it. */
export function SourceFields({ form, onChange }: SourceFieldsProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="library-source">
      <legend className="library-legend">{t('library.form.source')}</legend>
      <Choice
        label={t('library.form.source')}
        value={form.kind}
        options={SOURCE_KINDS.map((value) => ({ value, label: t(`library.form.kinds.${value}`) }))}
        onChange={(kind) => onChange({ kind })}
      />
      {form.kind === 'volume' && <VolumeFields form={form} onChange={onChange} />}
      {form.kind === 'path' && (
        <Field
          label={t('rescue.medium.path')}
          value={form.path}
          mono
          placeholder="/var/lib/libvirt/images/rescue.iso"
          onChange={(path) => onChange({ path })}
        />
      )}
      {form.kind === 'url' && (
        <Field
          label={t('rescue.medium.url')}
          value={form.url}
          mono
          placeholder="https://mirror.example.net/rescue.iso"
          help={t('rescue.medium.urlHelp')}
          onChange={(url) => onChange({ url })}
        />
      )}
      {form.kind === 'kernel' && <KernelFields form={form} onChange={onChange} />}
    </fieldset>
  );
}

function KernelFields({ form, onChange }: SourceFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      {(['kernel', 'initrd', 'cmdline'] as const).map((name) => (
        <Field
          key={name}
          label={t(`rescue.medium.${name}`)}
          value={form[name]}
          mono
          {...(name === 'cmdline' ? { help: t('rescue.medium.cmdlineHelp') } : {})}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
    </>
  );
}

/** Pools and volumes of a connected host are offered as one types: of the host that it is for, else of the first one. */
function VolumeFields({ form, onChange }: SourceFieldsProps) {
  const { t } = useTranslation();
  const hosts = useHosts(useShallow((state) => selectHosts(state).filter((host) => host.state === 'connected')));
  const host = hosts.find(({ uri }) => uri === form.host) ?? hosts[0] ?? null;
  const hostId = host?.id ?? null;
  const pools = usePools((state) => (hostId === null ? null : (state.pools[hostId]?.items ?? null)));
  const pool = pools?.find(({ name, active }) => name === form.pool && active)?.name ?? null;
  const names = usePools((state) =>
    hostId === null || pool === null ? null : selectVolumes(state, hostId, pool).names,
  );
  useEffect(() => {
    if (hostId !== null) void loadPools(hostId);
  }, [hostId]);
  useEffect(() => {
    if (hostId !== null && pool !== null) void loadVolumes(hostId, pool);
  }, [hostId, pool]);
  return (
    <>
      <div className="library-volume">
        <Suggested
          id="library-pool"
          label={t('library.form.pool')}
          value={form.pool}
          suggestions={pools?.map(({ name }) => name) ?? []}
          onChange={(value) => onChange({ pool: value })}
        />
        <Suggested
          id="library-volume"
          label={t('library.form.volume')}
          value={form.volume}
          suggestions={names ?? []}
          onChange={(value) => onChange({ volume: value })}
        />
      </div>
      <p className="small muted">
        {host === null ? t('library.form.noSuggestions') : t('library.form.suggestions', { host: host.name })}
      </p>
    </>
  );
}

/** As many as a list of suggestions is looked through. */
const MOST_SUGGESTIONS = 200;

interface SuggestedProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly suggestions: readonly string[];
  readonly onChange: (value: string) => void;
}

function Suggested({ id, label, value, suggestions, onChange }: SuggestedProps) {
  const typed = value.toLowerCase();
  const offered = suggestions.filter((each) => each.toLowerCase().includes(typed)).slice(0, MOST_SUGGESTIONS);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="control mono"
        list={`${id}-list`}
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}-list`}>
        {offered.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </div>
  );
}
