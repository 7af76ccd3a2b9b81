/** What the fake's hosts tell of themselves and of a machine. */
import type { DomainFacts, HostFacts } from '../../src-core/rescue/types.ts';

export const HOST_FACTS: HostFacts = {
  uri: 'qemu:///system',
  driver: 'QEMU',
  libvirtVersion: 9_000_000,
  hypervisorVersion: 7_002_000,
  domainCapabilities: null,
  readOnly: false,
  secrets: [],
};

/** Nothing is under way on it, and nothing besides its definition is known of it. */
export function domainFacts(
  known: Pick<DomainFacts, 'definitionXml' | 'state' | 'persistent' | 'managedSave'>,
): DomainFacts {
  return {
    ...known,
    autostart: false,
    snapshots: 0,
    checkpoints: 0,
    job: null,
    blockJobs: [],
    sessionXml: null,
    rootDiskId: null,
    liveXml: null,
    diskUsers: [],
  };
}
