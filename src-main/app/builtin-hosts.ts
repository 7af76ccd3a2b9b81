import { pathToFileURL } from 'node:url';
import type { HostEntry } from './hosts.ts';

export const DEMO_HOST_ID = 'demo';

/**
 * The hosts that are always there. The demo host is libvirt's test driver on a file of this application; its state lives in our process, so the
 * machine that is in rescue already is started at each connect (`demoRescues`: definitions).
 */
export function builtinHosts(demoFile: string, demoRescues: readonly string[]): HostEntry[] {
  return [
    {
      id: DEMO_HOST_ID,
      name: 'Demo host',
      uri: `test://${pathToFileURL(demoFile).pathname}`,
      readOnly: false,
      builtin: true,
      startXml: demoRescues,
    },
    { id: 'system', name: 'This computer (system)', uri: 'qemu:///system', readOnly: false, builtin: true },
    { id: 'session', name: 'This computer (session)', uri: 'qemu:///session', readOnly: false, builtin: true },
  ];
}
