import { useTranslation } from 'react-i18next';
import { leaveOut, rename } from '../../app/stores/sending.ts';
import type { SendItem } from '../../app/stores/sending.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Field } from '../../components/Field.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { Sign } from '../../components/Sign.tsx';
import { bootsBy, contentKind, nameProblem } from '../../components/content-words.ts';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import type { RoomOf } from './rooms.ts';

interface SendItemRowProps {
  readonly item: SendItem;
  /** undefined: not known yet. */
  readonly answer: RoomOf | undefined;
  readonly alone: boolean;
}

/** One file: what it is, what it will be called, what it needs. */
export function SendItemRow({ item, answer, alone }: SendItemRowProps) {
  const { t } = useTranslation();
  const { id, name, file, from } = item;
  const problem = item.error ?? answer?.error ?? answer?.room?.problem ?? null;
  const lie = nameProblem(name, file?.content ?? null);
  return (
    <li className="send-item">
      <div className="send-item-line">
        <Field
          label={t('transfers.send.name')}
          value={name}
          mono
          invalid={name.trim() === ''}
          {...(name.trim() === '' ? { help: t('transfers.send.why.name') } : {})}
          onChange={(value) => rename(id, value)}
        />
        <div className="send-item-what small">
          <span className="head">{t(from === null ? 'transfers.send.file' : 'transfers.send.volume')}</span>
          <span className="name send-item-source" title={visible(file?.name ?? from?.name ?? '')}>
            {visible(file?.name ?? `${from?.pool ?? ''}/${from?.name ?? ''}`)}
          </span>
          <span className="muted">
            <What item={item} />
            <Size item={item} answer={answer} />
          </span>
        </div>
        {!alone && (
          <IconButton sign="close" label={t('transfers.send.leaveOut', { name })} onClick={() => leaveOut(id)} />
        )}
      </div>
      {lie !== null && (
        <p className="small tone-warning">
          <Sign name="warning" tone="warning" /> {t(`transfers.lie.${lie.kind}`, { said: lie.said, is: lie.is })}
        </p>
      )}
      {problem !== null && <ErrorNotice error={problem} />}
    </li>
  );
}

/** By its first bytes, never by its name. */
function What({ item: { file } }: { readonly item: SendItem }) {
  const { t } = useTranslation();
  if (file === null) return null;
  const { content } = file;
  if (content === null) return t('rescue.medium.notExamined');
  const kind = t(`rescue.medium.kind.${contentKind(content)}`);
  const format = content.kind === 'image' ? ` (${content.format})` : '';
  return `${kind}${format} · ${t(`storage.boots.${bootsBy(content)}`)} · `;
}

function Size({ item, answer }: Pick<SendItemRowProps, 'item' | 'answer'>) {
  const { t } = useTranslation();
  const size = item.file?.size ?? answer?.room?.size ?? null;
  const needed = answer?.room?.needed ?? null;
  if (size === null) return null;
  return needed === null || needed === size
    ? formatBytes(size)
    : t('transfers.send.sizeSparse', { size: formatBytes(size), needed: formatBytes(needed) });
}
