import { useCallback, useEffect, useMemo } from 'react';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { AttachColumn } from './AttachColumn.tsx';
import { MediumColumn } from './MediumColumn.tsx';
import { PreviewColumn } from './PreviewColumn.tsx';
import { RescueBar } from './RescueBar.tsx';
import { beginWithDefault } from './begin.ts';
import { orderOf } from './draft.ts';
import type { Draft, Order } from './draft.ts';
import { changeDraft, requestPreview, selectDraft, selectPreview, startRescue, useRescue } from './store.ts';

/** The same nothing each time, so that who is given it need not be drawn anew. */
const NONE: readonly never[] = [];

/** Medium → Attach as → Preview, and below them what will happen and the button that does it. */
export function RescueForm({ details }: { readonly details: MachineDetails }) {
  const { row } = details;
  const key = keyOf(row);
  const host = useHosts((state) => state.byId[row.hostId]);
  const draft = useRescue((state) => selectDraft(state, key));
  const entry = useRescue((state) => selectPreview(state, key));
  const error = useRescue((state) => state.errors[key] ?? null);
  // Looking at another medium of the draft asks for nothing: the order is the same.
  const written = JSON.stringify(orderOf(draft));
  const order = useMemo(() => JSON.parse(written) as Order | null, [written]);
  const { hostId, uuid } = row;

  // A plan depends on the machine too: what is known of it has changed, so the plan is asked for again.
  useEffect(() => requestPreview({ hostId, uuid }, order), [hostId, uuid, order, details]);

  // A request that nobody has touched begins with the library's default.
  useEffect(() => void beginWithDefault({ hostId, uuid }, details), [hostId, uuid, details]);

  const { preview } = entry;
  const plan = preview?.plan ?? null;
  const change = useCallback((part: Partial<Draft>) => changeDraft(key, part), [key]);
  return (
    <div className="rescue">
      <div className="rescue-columns">
        <MediumColumn
          host={host}
          details={details}
          media={draft.media}
          current={draft.current}
          facts={preview?.media ?? NONE}
          planned={plan?.media ?? NONE}
          onChange={change}
        />
        <AttachColumn
          details={details}
          draft={draft}
          choices={preview?.choices ?? NONE}
          plan={plan}
          onChange={change}
        />
        <PreviewColumn details={details} entry={entry} hasMedium={order !== null} />
      </div>
      <RescueBar
        machineName={row.name}
        medium={order?.request.media[0] ?? null}
        plan={plan}
        settled={!entry.pending && entry.error === null}
        error={error}
        onStart={() =>
          order === null || plan === null
            ? Promise.resolve()
            : startRescue({ hostId, uuid }, order, plan.fingerprint.inputs)
        }
      />
    </div>
  );
}
