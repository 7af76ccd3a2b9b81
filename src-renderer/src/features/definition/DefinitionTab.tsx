import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { Choice } from '../../components/Choice.tsx';
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
  const text = shown === 'live' && liveXml !== null ? liveXml : definitionXml;
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
        <span className="muted small">{t('definition.readOnly')}</span>
        <span className="spread">
          {shown !== 'difference' && <CopyButton text={text} label={t('definition.copy')} />}
        </span>
      </div>
      <div className="definition-xml">
        {shown === 'difference' && liveXml !== null ? (
          <XmlDiff before={definitionXml} after={liveXml} label={t('definition.views.difference')} />
        ) : (
          <XmlView text={text} label={t(`definition.views.${shown}`)} />
        )}
      </div>
    </div>
  );
}
