import { useId, useRef, useState } from 'react';
import type { ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { readImageProperties } from '../../../../src-core/media/properties.ts';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import type { ImageProperties } from './draft.ts';

/** What one image prints is a few kB; more is something else, and is not read. */
const MOST_BYTES = 1024 * 1024;
/** Properties that decide something of a rescue: shown first. */
const DECIDING = /^hw_(?:rescue_device|rescue_bus|disk_bus|cdrom_bus|floppy_bus)$/;

interface ImagePropertiesFieldProps {
  readonly properties: ImageProperties | null;
  readonly onChange: (properties: ImageProperties | null) => void;
}

/** Glance properties of the medium, from a file or pasted, as `openstack image show -f json` prints them. */
export function ImagePropertiesField({ properties, onChange }: ImagePropertiesFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const fileInput = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  const take = (json: string, file: string | null): void => {
    const read = readText(json) ?? t('rescue.properties.notJson');
    if (typeof read === 'string') {
      setProblem(read);
      onChange(null);
      return;
    }
    setProblem(null);
    onChange({ file, values: read });
  };
  const readFile = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    // The same file can be chosen again after it was changed.
    event.target.value = '';
    if (file === undefined) return;
    if (file.size > MOST_BYTES) setProblem(t('rescue.properties.tooLarge'));
    else take(await file.text(), file.name);
  };
  const paste = (json: string): void => {
    setText(json);
    if (json.trim() === '') {
      setProblem(null);
      onChange(null);
    } else take(json, null);
  };
  const forget = (): void => {
    setText('');
    setProblem(null);
    onChange(null);
  };
  return (
    <div className="image-properties">
      <div className="image-properties-head">
        <label htmlFor={id}>{t('rescue.properties.title')}</label>
        <button type="button" className="plain-link small spread" onClick={() => fileInput.current?.click()}>
          {t('rescue.properties.file')}
        </button>
        <input
          ref={fileInput}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label={t('rescue.properties.file')}
          onChange={(event) => void readFile(event)}
        />
      </div>
      {properties === null || properties.file === null ? (
        <textarea
          id={id}
          className="control mono"
          rows={2}
          value={text}
          spellCheck={false}
          placeholder={t('rescue.properties.placeholder')}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-help`}
          onChange={(event) => paste(event.target.value)}
        />
      ) : (
        <p className="small">
          <span className="mono name">{visible(properties.file)}</span>{' '}
          <button type="button" className="plain-link" onClick={forget}>
            {t('rescue.properties.forget')}
          </button>
        </p>
      )}
      <p id={`${id}-help`} className={problem === null ? 'small muted' : 'small tone-refused'} role="status">
        {problem === null ? (
          properties === null && t('rescue.properties.help')
        ) : (
          <>
            <Sign name="refused" tone="refused" /> {t('rescue.properties.problem', { problem })}
          </>
        )}
      </p>
      {properties !== null && <PropertyList values={properties.values} />}
    </div>
  );
}

/** The properties in a text, or why they cannot be read, in words; null: it is no JSON. */
function readText(json: string): Readonly<Record<string, string>> | string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  try {
    return readImageProperties(parsed);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function PropertyList({ values }: { readonly values: ImageProperties['values'] }) {
  const { t } = useTranslation();
  const all = Object.entries(values);
  const deciding = all.filter(([name]) => DECIDING.test(name));
  const others = all.length - deciding.length;
  return (
    <>
      {deciding.length > 0 && (
        <dl className="medium-facts image-properties-list" aria-label={t('rescue.properties.read')}>
          {deciding.map(([name, value]) => (
            <div key={name}>
              <dt className="mono">{name}</dt>
              <dd className="mono">{visible(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className="small muted">
        {deciding.length === 0 ? t('rescue.properties.none') : t('rescue.properties.others', { count: others })}
      </p>
    </>
  );
}
