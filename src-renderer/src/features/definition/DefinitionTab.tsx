import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { Choice } from '../../components/Choice.tsx';
import { diskRanges } from '../../app/disk-xml/disk-ranges.ts';
import { DiskStrip } from '../../app/disk-xml/DiskStrip.tsx';
import { highlightedXml } from '../../app/disk-xml/highlighted-xml.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { XmlDiff } from '../../components/xml/XmlDiff.tsx';
import { XmlView } from '../../components/xml/XmlView.tsx';
import './definition.css';

const VIEWS = ['definition', 'live', 'difference'] as const;
type View = (typeof VIEWS)[number];

/** The XML as libvirt has it, to read. While the machine runs, also what runs, and how the two differ. */
export function DefinitionTab({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('definition');
  const { definitionXml, liveXml } = details;
  const shown = liveXml === null ? 'definition' : view;
  const [xml] = useState(highlightedXml);
  // The difference is shown as what became of the definition.
  const text = shown === 'definition' || liveXml === null ? definitionXml : liveXml;
  const disks = useMemo(() => diskRanges(text), [text]);
  return (
    <div className="definition">
      <div className="definition-bar">
        {liveXml !== null && (
          <Choice
            label={t('definition.view')}
            value={view}
            options={VIEWS.map((value) => ({ value, label: t(`definition.views.${value}`) }))}
            onChange={setView}
          />
        )}
        <span className="muted small nowrap">{t('definition.readOnly')}</span>
        <DiskStrip
          disks={disks.map(({ target }) => ({
            target,
            added: details.disks.every((disk) => disk.target !== target),
          }))}
          onReveal={xml.reveal}
        />
        <span className="spread nowrap">
          {shown !== 'difference' && <CopyButton text={text} label={t('definition.copy')} />}
        </span>
      </div>
      <div className="definition-xml">
        {shown === 'difference' && liveXml !== null ? (
          <XmlDiff
            before={definitionXml}
            after={liveXml}
            label={t('definition.views.difference')}
            extension={xml.extension}
          />
        ) : (
          <XmlView text={text} label={t(`definition.views.${shown}`)} extension={xml.extension} />
        )}
      </div>
    </div>
  );
}
