import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Choice as Resolved } from '../../../../src-core/rescue/plan-types.ts';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import type { ReasonRadio } from '../../components/ReasonRadios.tsx';
import { useSentenceWords } from '../../i18n/words.ts';

/** Stands for "let the plan choose" among the radio buttons. */
const DEFAULT = 'default';

interface ChoiceRadiosProps<T extends string> {
  readonly legend: string;
  readonly layout?: 'stack' | 'row';
  /** null: left to the plan. */
  readonly chosen: T | null;
  /** What the plan made of it; null before the first preview. */
  readonly resolved: Resolved<string> | null;
  readonly options: readonly (Omit<ReasonRadio<T>, 'label'> & { readonly label: string })[];
  readonly onChange: (value: T | null) => void;
}

/** A choice that has a default: which one it is, and always why it is what it is, in words below. */
export function ChoiceRadios<T extends string>({
  legend,
  layout = 'stack',
  chosen,
  resolved,
  options,
  onChange,
}: ChoiceRadiosProps<T>) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const nameOf = (value: string): string => options.find((option) => option.value === value)?.label ?? value;
  const byDefault = chosen === null && resolved !== null;
  const label: ReactNode = byDefault
    ? t('rescue.attach.defaultIs', { value: nameOf(resolved.value) })
    : t('rescue.attach.default');
  const first: ReasonRadio<typeof DEFAULT> = {
    value: DEFAULT,
    label,
    reason: null,
    ...(byDefault ? { note: words(resolved.why) } : {}),
  };
  return (
    <ReasonRadios<T | typeof DEFAULT>
      legend={legend}
      layout={layout}
      value={chosen ?? DEFAULT}
      options={[first, ...options]}
      why={
        chosen === null || resolved === null
          ? null
          : t('rescue.attach.why', { value: nameOf(resolved.value), why: words(resolved.why) })
      }
      onChange={(value) => onChange(value === DEFAULT ? null : value)}
    />
  );
}
