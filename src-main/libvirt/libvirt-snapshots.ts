/** The snapshots of the port. */
import * as vir from 'node-libvirt/constants';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { childText } from '../../src-core/domain-xml/elements.ts';
import { hasCode, unsupported } from './error-mapping.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { Hypervisor } from './port.ts';

type SnapshotMethods = Pick<Hypervisor, 'createSnapshot' | 'listSnapshots' | 'deleteSnapshot'>;

const noSnapshot = (error: unknown) => hasCode(error, vir.VIR_ERR_NO_DOMAIN_SNAPSHOT);

export function snapshotMethods(link: Link): SnapshotMethods {
  return {
    createSnapshot: (uuid, xml) =>
      link.guard(uuid, async () => (await (await link.domain(uuid)).createSnapshot(xml, 0, SLOW)).dispose()),
    listSnapshots: (uuid) =>
      link.guard(uuid, async () => {
        const snapshots = (await orNull(unsupported, (await link.domain(uuid)).listAllSnapshots())) ?? [];
        const listed = await Promise.all(
          snapshots.map(async (snapshot) => {
            const xml = await orNull(noSnapshot, snapshot.xmlDesc()).finally(() => snapshot.dispose());
            if (xml === null) return [];
            return [{ name: snapshot.name, description: childText(parseXml(xml).documentElement, 'description') }];
          }),
        );
        return listed.flat();
      }),
    deleteSnapshot: (uuid, name) =>
      link.guard(uuid, async () => {
        const snapshot = await orNull(noSnapshot, (await link.domain(uuid)).lookupSnapshotByName(name));
        if (snapshot !== null) await orNull(noSnapshot, snapshot.delete(0, SLOW)).finally(() => snapshot.dispose());
      }),
  };
}
