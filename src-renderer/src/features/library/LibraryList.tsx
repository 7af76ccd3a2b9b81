import { useTranslation } from 'react-i18next';
import type { LibraryDefault, LibraryMedium } from '../../../../src-core/library/types.ts';
import { Listbox } from '../../components/Listbox.tsx';
import type { OptionProps } from '../../components/Listbox.tsx';
import { Sign } from '../../components/Sign.tsx';
import type { SignName } from '../../components/Sign.tsx';
import { useMediumLine } from '../../components/library-words.ts';
import { visible } from '../../i18n/visible.ts';

interface LibraryListProps {
  readonly media: readonly LibraryMedium[];
  readonly chosen: string;
  readonly defaults: readonly LibraryDefault[];
  readonly onChoose: (id: string) => void;
}

export function LibraryList({ media, chosen, defaults, onChoose }: LibraryListProps) {
  const { t } = useTranslation();
  return (
    <Listbox
      className="library-list"
      label={t('library.list')}
      items={media}
      keyOf={({ id }) => id}
      chosen={chosen}
      onChoose={({ id }) => onChoose(id)}
      optionHeight={46}
      option={(medium, option) => (
        <LibraryOption medium={medium} isDefault={defaults.some((each) => each.medium === medium.id)} option={option} />
      )}
    />
  );
}

function signOf({ source, seen, told }: LibraryMedium): SignName {
  if (source.kind === 'kernel') return 'kernel';
  return seen?.content?.kind === 'iso9660' || told?.format === 'iso' || source.kind === 'url' ? 'cdrom' : 'disk';
}

interface LibraryOptionProps {
  readonly medium: LibraryMedium;
  readonly isDefault: boolean;
  readonly option: OptionProps;
}

function LibraryOption({ medium, isDefault, option }: LibraryOptionProps) {
  const { t } = useTranslation();
  const words = useMediumLine()(medium);
  const line = medium.host === null ? words : `${words} · ${visible(medium.host)}`;
  const name = visible(medium.name);
  return (
    <div
      {...option}
      aria-label={[name, line, isDefault ? t('library.isDefault') : null].filter((word) => word !== null).join(', ')}
      className="library-option"
      title={name}
    >
      <Sign name={signOf(medium)} tone="unchanged" />
      <span className="library-option-what">
        <span className="ellipsis name">{name}</span>
        <span className="small muted ellipsis">{line}</span>
      </span>
      {isDefault && <span className="library-mark">{t('library.isDefault')}</span>}
    </div>
  );
}
