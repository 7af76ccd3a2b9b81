/** The secrets that a pool itself needs: CHAP of iSCSI, cephx of RBD. */
import { parseXml } from '../domain-xml/document.ts';
import { attribute, child } from '../domain-xml/elements.ts';
import { secretsIn } from './disk-dependencies.ts';
import { gather } from './found.ts';
import type { Dependency } from './types.ts';

/** From <pool> XML; its disks are opened with them as well. Throws XmlProblem. */
export function poolSecrets(name: string, xml: string): Dependency[] {
  const source = child(parseXml(xml).documentElement, 'source');
  const auth = child(source, 'auth');
  const iscsi = attribute(auth, 'type') === 'chap';
  const target = attribute(child(source, 'device'), 'path');
  const usage = iscsi ? target : `client.${attribute(auth, 'username') ?? '?'} secret`;
  return gather(secretsIn(auth, `pool ${name}`, iscsi ? 'iscsi' : 'ceph', usage));
}
