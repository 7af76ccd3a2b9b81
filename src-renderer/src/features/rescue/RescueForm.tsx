import { useEffect, useMemo } from 'react';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { isActive } from '../../components/machine-state.ts';
import { AttachColumn } from './AttachColumn.tsx';
import { MediumColumn } from './MediumColumn.tsx';
import { PreviewColumn } from './PreviewColumn.tsx';
import { StartBar } from './StartBar.tsx';
import { requestOf } from './draft.ts';
import { changeDraft, requestPreview, selectDraft, selectPreview, startRescue, useRescue } from './store.ts';

/** Medium → Attach as → Preview, and below them what will happen and the button that does it. */
export function RescueForm({ details }: { readonly details: MachineDetails }) {
  const { row } = details;
  const key = keyOf(row);
  const host = useHosts((state) => state.byId[row.hostId]);
  const draft = useRescue((state) => selectDraft(state, key));
  const entry = useRescue((state) => selectPreview(state, key));
  const error = useRescue((state) => state.errors[key] ?? null);
  const request = useMemo(() => requestOf(draft), [draft]);
  const { hostId, uuid } = row;

  // A plan depends on the machine too: what is known of it has changed, so the plan is asked for again.
  useEffect(() => requestPreview({ hostId, uuid }, request), [hostId, uuid, request, details]);

  const plan = entry.preview?.plan ?? null;
  return (
    <div className="rescue">
      <div className="rescue-columns">
        <MediumColumn
          host={host}
          hostId={row.hostId}
          medium={draft.medium}
          facts={entry.preview?.media[0] ?? null}
          writes={plan?.request.writes ?? null}
          onChange={(medium) => changeDraft(key, { medium })}
        />
        <AttachColumn
          draft={draft}
          choices={entry.preview?.choices ?? []}
          resolved={plan?.request ?? null}
          uefi={details.firmware === 'uefi'}
          active={isActive(row.state)}
          onChange={(change) => changeDraft(key, change)}
        />
        <PreviewColumn details={details} entry={entry} hasMedium={draft.medium !== null} />
      </div>
      <StartBar
        machineName={row.name}
        medium={draft.medium}
        plan={plan}
        settled={!entry.pending && entry.error === null}
        error={error}
        onStart={() =>
          request === null || plan === null
            ? Promise.resolve(false)
            : startRescue({ hostId, uuid }, request, plan.fingerprint.inputs)
        }
      />
    </div>
  );
}
