import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../components/IconButton.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import type { MapKind, MapRow } from './draft.ts';
import { rowSeen, useMigrate } from './store.ts';

interface MapRowsProps {
  readonly kind: MapKind;
  readonly rows: readonly MapRow[];
  /** Names that the definitions have, and that the destination is known to have. */
  readonly here: readonly string[];
  readonly there: readonly string[];
  readonly onChange: (rows: readonly MapRow[]) => void;
  readonly onRemoved: () => void;
}

/** One kind of names: what each is called at the destination, row by row. */
export function MapRows({ kind, rows, here, there, onChange, onRemoved }: MapRowsProps) {
  const { t } = useTranslation();
  const id = useId();
  const change = (row: MapRow, part: Partial<MapRow>): void =>
    onChange(rows.map((one) => (one.id === row.id ? { ...one, ...part } : one)));
  const remove = (row: MapRow): void => {
    onChange(rows.filter((one) => one.id !== row.id));
    onRemoved();
  };
  return (
    <fieldset className="map">
      <legend className="head">{t(`migrate.rules.${kind}.title`)}</legend>
      <Names id={`${id}-here`} names={here} />
      <Names id={`${id}-there`} names={there} />
      <ul className="map-rows">
        {rows.map((row, at) => (
          <Row
            key={row.id}
            row={row}
            kind={kind}
            number={at + 1}
            lists={[`${id}-here`, `${id}-there`]}
            onChange={(part) => change(row, part)}
            onRemove={() => remove(row)}
          />
        ))}
      </ul>
    </fieldset>
  );
}

function Names({ id, names }: { readonly id: string; readonly names: readonly string[] }) {
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

interface RowProps {
  readonly row: MapRow;
  readonly kind: MapKind;
  readonly number: number;
  /** Ids of what is offered for either end. */
  readonly lists: readonly [string, string];
  readonly onChange: (part: Partial<MapRow>) => void;
  readonly onRemove: () => void;
}

/** One that was just asked for takes the focus, in its first field that is empty. */
function Row({ row, kind, number, lists, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const item = useRef<HTMLLIElement>(null);
  const isNew = useMigrate((state) => state.newRow === row.id);
  useEffect(() => {
    if (!isNew) return;
    const fields = [...(item.current?.querySelectorAll('input') ?? [])];
    fields.find((field) => field.value === '')?.focus();
    rowSeen();
  }, [isNew]);
  const which = { kind: t(`migrate.rules.${kind}.one`), number };
  const field = (end: 'from' | 'to') => (
    <input
      className="control mono"
      list={lists[end === 'from' ? 0 : 1]}
      value={row[end]}
      spellCheck={false}
      autoComplete="off"
      placeholder={t(`migrate.rules.${kind}.${end}`)}
      aria-label={t(`migrate.rules.${end}`, which)}
      title={visible(row[end])}
      onChange={(event) => onChange({ [end]: event.target.value })}
    />
  );
  return (
    <li ref={item} className="map-row">
      {field('from')}
      <span className="map-there">
        <Sign name="chevron" tone="unchanged" />
        {field('to')}
      </span>
      <IconButton sign="close" label={t('migrate.rules.remove', which)} onClick={onRemove} />
    </li>
  );
}
