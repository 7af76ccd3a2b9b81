import Button from '@mui/material/Button';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../components/IconButton.tsx';
import { Sign } from '../../components/Sign.tsx';
import type { MapKind, MapRow } from './draft.ts';

interface MapRowsProps {
  readonly kind: MapKind;
  readonly rows: readonly MapRow[];
  /** Names that the definitions have, and that the destination is known to have. */
  readonly here: readonly string[];
  readonly there: readonly string[];
  readonly onChange: (rows: readonly MapRow[]) => void;
  readonly onAdd: () => void;
}

/** One kind of names: what each is called at the destination, row by row. A new row takes the focus. */
export function MapRows({ kind, rows, here, there, onChange, onAdd }: MapRowsProps) {
  const { t } = useTranslation();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const count = useRef(rows.length);
  useEffect(() => {
    const added = rows.length > count.current;
    count.current = rows.length;
    if (!added) return;
    const fields = list.current?.querySelectorAll<HTMLInputElement>('li:last-child input');
    const empty = [...(fields ?? [])].find((field) => field.value === '');
    empty?.focus();
  }, [rows.length]);
  const change = (row: MapRow, part: Partial<MapRow>): void =>
    onChange(rows.map((one) => (one.id === row.id ? { ...one, ...part } : one)));
  const remove = (row: MapRow): void => {
    onChange(rows.filter((one) => one.id !== row.id));
    // The button that was pressed is gone.
    window.setTimeout(() => addButton.current?.focus());
  };
  return (
    <fieldset className="map">
      <legend className="head">{t(`migrate.rules.${kind}.title`)}</legend>
      <datalist id={`${id}-here`}>
        {here.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <datalist id={`${id}-there`}>
        {there.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {rows.length > 0 && (
        <ul ref={list} className="map-rows">
          {rows.map((row, at) => (
            <li key={row.id} className="map-row">
              <input
                className="control mono"
                list={`${id}-here`}
                value={row.from}
                spellCheck={false}
                autoComplete="off"
                placeholder={t(`migrate.rules.${kind}.from`)}
                aria-label={t('migrate.rules.from', { kind: t(`migrate.rules.${kind}.one`), number: at + 1 })}
                onChange={(event) => change(row, { from: event.target.value })}
              />
              <Sign name="chevron" tone="unchanged" />
              <input
                className="control mono"
                list={`${id}-there`}
                value={row.to}
                spellCheck={false}
                autoComplete="off"
                placeholder={t(`migrate.rules.${kind}.to`)}
                aria-label={t('migrate.rules.to', { kind: t(`migrate.rules.${kind}.one`), number: at + 1 })}
                onChange={(event) => change(row, { to: event.target.value })}
              />
              <IconButton
                sign="close"
                label={t('migrate.rules.remove', { kind: t(`migrate.rules.${kind}.one`), number: at + 1 })}
                onClick={() => remove(row)}
              />
            </li>
          ))}
        </ul>
      )}
      <Button ref={addButton} size="small" className="map-add" startIcon={<Sign name="added" />} onClick={onAdd}>
        {t(`migrate.rules.${kind}.add`)}
      </Button>
    </fieldset>
  );
}
