import { useEffect, useMemo, useState } from 'react';
import type { MachineDetails, Operation } from '../../../../src-core/contract/schemas.ts';
import type { RebootRequest } from '../../../../src-core/reboot/types.ts';
import { keyOf } from '../../app/machine-key.ts';
import { acknowledge, selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import type { OperationsState } from '../../app/stores/operations.ts';
import { RebootBar } from './RebootBar.tsx';
import { RebootPreview } from './RebootPreview.tsx';
import { RequestColumn } from './RequestColumn.tsx';
import { askedFor, atHand, missingOf, toSend } from './secret-values.ts';
import type { GivenSecret, GivenSecrets } from './secret-values.ts';
import { changeRequest, requestPreview, selectPreview, selectRequest, startReboot, useReboot } from './store.ts';

interface RebootFormProps {
  readonly details: MachineDetails;
  /** The last run, where a secret was what stopped it; null: any other case. */
  readonly last: Operation | null;
}

/** Its newest run, where that is a hard reboot that went well. */
function selectDone({ byId, newest }: OperationsState, machineKey: string): Operation | null {
  const operation = byId[newest[machineKey] ?? ''];
  return operation?.kind === 'hard-reboot' && operation.state === 'done' ? operation : null;
}

/** How it is to be done → what will be done, and below it the button. */
export function RebootForm({ details, last }: RebootFormProps) {
  const { row } = details;
  const key = keyOf(row);
  const { hostId, uuid } = row;
  const request = useReboot((state) => selectRequest(state, key));
  const entry = useReboot((state) => selectPreview(state, key));
  const error = useReboot((state) => state.errors[key] ?? null);
  const busy = useOperations((state) => selectShownOperation(state, key)?.state === 'running');
  const done = useOperations((state) => selectDone(state, key));
  const [given, setGiven] = useState<GivenSecrets>({});
  const [looks, setLooks] = useState(0);
  const [starting, setStarting] = useState(false);

  // Typing on changes no plan: only that there is a value does.
  const written = JSON.stringify({ request, secrets: atHand(given) });
  const order = useMemo(() => JSON.parse(written) as { request: RebootRequest; secrets: string[] }, [written]);
  // A plan depends on the machine, too: what is known of it has changed, so it is asked for again.
  // Not while it begins: that looks at the same things. Where it did not begin, they are looked at anew.
  useEffect(() => {
    if (!starting) void requestPreview({ hostId, uuid }, order.request, order.secrets);
  }, [hostId, uuid, order, details, looks, starting]);

  const { plan } = entry;
  const asked = askedFor(plan, last?.error ?? null);
  const give = (secret: string, value: GivenSecret | null): void =>
    setGiven(({ [secret]: _before, ...others }) => (value === null ? others : { ...others, [secret]: value }));

  const start = async (): Promise<void> => {
    if (plan === null) return;
    const values = toSend(given);
    // From here on they are with the main process alone, whatever it answers.
    setStarting(true);
    setGiven({});
    await startReboot({ hostId, uuid }, plan, values);
    setStarting(false);
  };
  return (
    <div className="reboot">
      <div className="reboot-columns">
        <RequestColumn row={row} request={request} onChange={(change) => changeRequest(key, change)} />
        <RebootPreview
          machineName={row.name}
          entry={entry}
          asked={asked}
          given={given}
          done={done}
          last={last?.error ?? null}
          onGive={give}
          onPutAway={() => last !== null && acknowledge(last.id)}
          onLook={() => setLooks((before) => before + 1)}
        />
      </div>
      <RebootBar
        machineName={row.name}
        plan={plan}
        settled={!entry.pending && entry.error === null}
        missing={starting ? 0 : missingOf(asked, given).length}
        busy={busy}
        error={error}
        onStart={start}
      />
    </div>
  );
}
