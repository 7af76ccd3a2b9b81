import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { KNOWN_PROPERTIES } from '../../../../src-core/media/known-properties.ts';
import { isPropertyName } from '../../../../src-core/media/properties.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { visible } from '../../i18n/visible.ts';
import { withRow } from './form-state.ts';
import type { PropertyRow } from './form-state.ts';

interface PropertiesEditorProps {
  readonly rows: readonly PropertyRow[];
  readonly onChange: (rows: readonly PropertyRow[]) => void;
}

/** Image properties: those that are known with their values to choose from, others as they are typed. */
export function PropertiesEditor({ rows, onChange }: PropertiesEditorProps) {
  const { t } = useTranslation();
  const free = KNOWN_PROPERTIES.filter(({ name }) => !rows.some((row) => row.name === name));
  const put = (changed: PropertyRow): void => onChange(rows.map((row) => (row.key === changed.key ? changed : row)));
  return (
    <fieldset className="library-source">
      <legend className="library-legend">{t('library.properties.title')}</legend>
      <p className="small muted">{t('library.properties.help')}</p>
      {rows.length > 0 && (
        <ul className="library-property-rows">
          {rows.map((row) => (
            <PropertyFields
              key={row.key}
              row={row}
              onChange={put}
              onRemove={() => onChange(rows.filter(({ key }) => key !== row.key))}
            />
          ))}
        </ul>
      )}
      <label className="library-property-add">
        <span className="visually-hidden">{t('library.properties.add')}</span>
        <select
          className="control"
          value=""
          onChange={(event) => onChange(withRow(rows, event.target.value === '*' ? '' : event.target.value))}
        >
          <option value="" disabled>
            {t('library.properties.add')}
          </option>
          {free.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
          <option value="*">{t('library.properties.other')}</option>
        </select>
      </label>
    </fieldset>
  );
}

interface PropertyFieldsProps {
  readonly row: PropertyRow;
  readonly onChange: (row: PropertyRow) => void;
  readonly onRemove: () => void;
}

function PropertyFields({ row, onChange, onRemove }: PropertyFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const known = KNOWN_PROPERTIES.find(({ name }) => name === row.name) ?? null;
  const wrong = row.name !== '' && !isPropertyName(row.name);
  return (
    <li className="library-property-row">
      {known === null ? (
        <input
          className="control mono"
          value={row.name}
          placeholder="hw_…"
          spellCheck={false}
          aria-label={t('library.properties.name')}
          aria-invalid={wrong}
          onChange={(event) => onChange({ ...row, name: event.target.value })}
        />
      ) : (
        <span className="mono" id={id}>
          {known.name}
        </span>
      )}
      <input
        className="control mono"
        value={row.value}
        list={known?.values == null ? undefined : `${id}-values`}
        spellCheck={false}
        placeholder={known?.values?.join(', ') ?? ''}
        aria-label={t('library.properties.valueOf', { name: row.name })}
        onChange={(event) => onChange({ ...row, value: event.target.value })}
      />
      {known?.values != null && (
        <datalist id={`${id}-values`}>
          {known.values.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      )}
      <IconButton sign="close" label={t('library.properties.remove', { name: visible(row.name) })} onClick={onRemove} />
    </li>
  );
}
