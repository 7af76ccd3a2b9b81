import type { Host } from '../../../../src-core/contract/schemas.ts';
import type { SignName, Tone } from '../../components/Sign.tsx';

export type HostCondition = 'connected' | 'connecting' | 'disconnected' | 'failed';

/** A host that is not connected because something went wrong is another matter than one nobody has connected. */
export function hostCondition(host: Host): HostCondition {
  return host.state === 'disconnected' && host.error !== null ? 'failed' : host.state;
}

export const CONDITION_SIGNS: Readonly<Record<HostCondition, { readonly sign: SignName; readonly tone: Tone }>> = {
  connected: { sign: 'connected', tone: 'good' },
  connecting: { sign: 'connecting', tone: 'accent' },
  disconnected: { sign: 'disconnected', tone: 'unchanged' },
  failed: { sign: 'warning', tone: 'warning' },
};
