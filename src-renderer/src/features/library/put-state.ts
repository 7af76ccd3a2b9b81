/** Whether, and from where, a medium can be put onto a host. */
import type { Host, Pool } from '../../../../src-core/contract/schemas.ts';
import { UPLOAD_POOL_TYPES } from '../../../../src-core/rescue/policy.ts';
import type { LibraryMedium } from '../../../../src-core/library/types.ts';
import { sizeOf } from '../../components/library-filter.ts';

export type PutObstacle = 'url' | 'kernel' | 'readOnly' | 'otherHost';

/** Why it cannot be put there at all; null: it can. */
export function putObstacle({ source, host }: LibraryMedium, to: Pick<Host, 'uri' | 'readOnly'>): PutObstacle | null {
  if (source.kind === 'url' || source.kind === 'kernel') return source.kind;
  if (host !== null && host !== to.uri) return 'otherHost';
  return to.readOnly ? 'readOnly' : null;
}

/** Pools that can take a file, the one that the medium is in elsewhere first. */
export function poolsFor(pools: readonly Pool[], { source }: LibraryMedium): readonly Pool[] {
  const usual = source.kind === 'volume' ? source.pool : null;
  const able = pools.filter(({ active, type }) => active && UPLOAD_POOL_TYPES.includes(type));
  return able.toSorted((a, b) => Number(b.name === usual) - Number(a.name === usual) || a.name.localeCompare(b.name));
}

/** What it needs and what there is; `fits` null: one of the two is not known. */
export function roomFor(
  medium: LibraryMedium,
  pool: Pool | null,
): { readonly needed: number | null; readonly available: number | null; readonly fits: boolean | null } {
  const needed = sizeOf(medium);
  const available = pool?.available ?? null;
  return { needed, available, fits: needed === null || available === null ? null : needed <= available };
}
