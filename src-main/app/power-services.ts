/** What the window can ask of a machine's power, and of hard reboots: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Handlers } from './services.ts';

export type PowerChannel = 'power.act' | 'reboot.preview' | 'reboot.start';

export function createPowerHandlers(): Pick<Handlers, PowerChannel> {
  const notYet = () => {
    throw new SalvorError('not-supported', { what: 'this action' });
  };
  return { 'power.act': notYet, 'reboot.preview': notYet, 'reboot.start': notYet };
}
