import { useTranslation } from 'react-i18next';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { fstabHint, guestNamesTsv, linkName, saidInCommon } from '../../../../src-core/disks/names-text.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { DiskTableRow, useRowKeys } from './DiskTableRow.tsx';
import './guest-names.css';

interface GuestNamesProps {
  readonly disks: readonly MachineDisk[];
  /** Targets of the disks that the rescue brought. */
  readonly added: ReadonlySet<string>;
  readonly chosen: string | null;
  readonly onChoose: (target: string) => void;
  /** The machine's name. */
  readonly machine: string;
}

const COLUMNS = ['target', 'kernel', 'byPath', 'byId', 'windows', 'location'] as const;

/** What a guest will call each disk, with what that depends on; to copy as a table and for /etc/fstab. */
export function GuestNames({ disks, added, chosen, onChoose, machine }: GuestNamesProps) {
  const { t } = useTranslation();
  const { body, onKeyDown } = useRowKeys(
    disks.map(({ target }) => target),
    chosen,
    onChoose,
  );
  return (
    <div className="guest-names">
      <div className="guest-names-bar">
        <p className="muted small">{t('disks.names.help')}</p>
        {disks.length > 0 && (
          <div className="row">
            <CopyButton text={guestNamesTsv(disks)} label={t('disks.names.copyTable')} />
            <CopyButton text={fstabHint(machine, disks)} label={t('disks.names.copyFstab')} />
          </div>
        )}
      </div>
      <div className="disks-table-scroll pane-scroll" role="region" aria-label={t('disks.names.table')} tabIndex={0}>
        {disks.length === 0 ? (
          <p className="muted guest-names-none">{t('disks.none')}</p>
        ) : (
          <table className="disks-table">
            <caption className="visually-hidden">{t('disks.names.table')}</caption>
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col">
                    {t(`disks.names.columns.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody ref={body} onKeyDown={onKeyDown}>
              {disks.map((disk) => (
                <NamesRow
                  key={disk.target}
                  disk={disk}
                  added={added.has(disk.target)}
                  chosen={disk.target === chosen}
                  onChoose={onChoose}
                />
              ))}
            </tbody>
          </table>
        )}
        <div className="guest-names-said">
          <Said title={t('disks.names.why')} said={disks.map(({ target, guestNames }) => [target, guestNames.why])} />
          <Said title={t('disks.names.note')} said={disks.map(({ target, guestNames }) => [target, guestNames.note])} />
        </div>
      </div>
    </div>
  );
}

interface NamesRowProps {
  readonly disk: MachineDisk;
  readonly added: boolean;
  readonly chosen: boolean;
  readonly onChoose: (target: string) => void;
}

function NamesRow({ disk, added, chosen, onChoose }: NamesRowProps) {
  const { t } = useTranslation();
  const { target, guestNames } = disk;
  const { kernel, byId, byPath, windows } = guestNames;
  return (
    <DiskTableRow
      target={target}
      chosen={chosen}
      added={added}
      sign={added && <Sign name="added" tone="added" label={t('common.added')} />}
      onChoose={onChoose}
    >
      <Name name={kernel} />
      <Name name={linkName(byPath)} />
      <Name name={linkName(byId)} />
      <td>{windows.disk === null ? <Unknown /> : t('disks.facts.windowsDisk', { number: windows.disk })}</td>
      <Name name={windows.location} />
    </DiskTableRow>
  );
}

function Name({ name }: { readonly name: string | null }) {
  return <td className="mono">{name === null ? <Unknown /> : visible(name)}</td>;
}

/** What is said of the disks, once for all that have it in common. */
function Said({ title, said }: { readonly title: string; readonly said: Parameters<typeof saidInCommon>[0] }) {
  const groups = saidInCommon(said);
  if (groups.length === 0) return null;
  return (
    <section>
      <h2 className="head">{title}</h2>
      <dl className="small">
        {groups.map(({ text, targets }) => (
          <div key={text}>
            <dt className="mono">{visible(targets.join(', '))}</dt>
            <dd>{visible(text)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A dash to see, words to hear. */
function Unknown() {
  const { t } = useTranslation();
  return (
    <span className="muted">
      <span aria-hidden="true">—</span>
      <span className="visually-hidden">{t('disks.names.unknown')}</span>
    </span>
  );
}
