import { useDeferredValue, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { diskRanges, excerpt } from '../../app/disk-xml/disk-ranges.ts';
import { useHighlight } from '../../app/stores/highlight.ts';
import { XmlView } from '../../components/xml/XmlView.tsx';

interface DiskXmlProps {
  readonly xml: string;
  /** The disk to show while none is highlighted; null: there are no disks. */
  readonly chosen: string | null;
}

/** A disk's own element: of the disk that is highlighted, or else of the chosen one. In its place whatever else is in sight. */
export function DiskXml({ xml, chosen }: DiskXmlProps) {
  const { t } = useTranslation();
  const ranges = useMemo(() => diskRanges(xml), [xml]);
  // An editor is drawn for it: after the frame in which picture and table are highlighted.
  const highlighted = useDeferredValue(useHighlight(({ target }) => target));
  const find = (target: string | null) => ranges.find((range) => range.target === target);
  const range = find(highlighted) ?? find(chosen);
  if (range === undefined) return null;
  const { text, line } = excerpt(xml, range);
  const title = t('disks.xml', { target: range.target, line });
  return (
    <section className="disk-xml" aria-label={t('disks.xmlLabel')} data-shown={range.target}>
      <h2 className="head">{title}</h2>
      <div className={range.target === highlighted ? 'disk-xml-text disk-highlighted' : 'disk-xml-text'}>
        <XmlView text={text} label={title} excerpt />
      </div>
    </section>
  );
}
