/** One line of a diff of two texts. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/**
 * More changes than this, and the fewest are no longer searched for: that takes time and memory in the square of their number. What
 * many changes have between them, lines that stay and stand once in each text, is found without.
 */
const MAX_CHANGES = 200;

/**
 * The difference of two texts, line by line, as few changes as possible (Myers, "An O(ND) Difference Algorithm", 1986).
 * Nothing is lost: the lines `same` and `removed` joined by \n are `before`, `same` and `added` are `after`.
 * Where lines were replaced, the removed ones come first.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split('\n');
  const now = after.split('\n');
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;

  const lines: DiffLine[] = [];
  for (let i = 0; i < head; i += 1) lines.push({ kind: 'same', text: old[i] ?? '' });
  lines.push(...diffMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)));
  for (let i = old.length - tail; i < old.length; i += 1) lines.push({ kind: 'same', text: old[i] ?? '' });
  return lines;
}

/** A line that stays: its places in the old text and the new. */
type Place = readonly [number, number];

/** The same for texts that differ in their first and last lines: what lies between two lines that stay was replaced. */
function diffMiddle(old: readonly string[], now: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = 0;
  let y = 0;
  for (const [sameX, sameY] of keptLines(old, now) ?? keptByAnchors(old, now)) {
    for (; x < sameX; x += 1) lines.push({ kind: 'removed', text: old[x] ?? '' });
    for (; y < sameY; y += 1) lines.push({ kind: 'added', text: now[y] ?? '' });
    lines.push({ kind: 'same', text: old[x] ?? '' });
    x += 1;
    y += 1;
  }
  for (; x < old.length; x += 1) lines.push({ kind: 'removed', text: old[x] ?? '' });
  for (; y < now.length; y += 1) lines.push({ kind: 'added', text: now[y] ?? '' });
  return lines;
}

/**
 * The forward search: reach[k] is the furthest x on diagonal k = x - y that d changes get to. Each round's state is kept, so that the
 * way can be walked back. Returns the places [x, y] of the lines that stay (old[x] = now[y]), ascending; null when there are more than
 * MAX_CHANGES changes.
 */
function keptLines(old: readonly string[], now: readonly string[]): Place[] | null {
  if (old.length === 0 || now.length === 0) return [];
  const most = Math.min(old.length + now.length, MAX_CHANGES);
  const reach = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const rounds: Int32Array[] = [];
  for (let changes = 0; changes <= most; changes += 1) {
    // Only diagonals -changes…changes matter to the way back; index 0 of the copy is diagonal -changes - 1.
    rounds.push(reach.slice(middle - changes - 1, middle + changes + 2));
    for (let k = -changes; k <= changes; k += 2) {
      const below = reach[middle + k + 1] ?? 0;
      const beside = reach[middle + k - 1] ?? 0;
      let x = k === -changes || (k !== changes && beside < below) ? below : beside + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      reach[middle + k] = x;
      if (x >= old.length && x - k >= now.length) return walkBack(rounds, old.length, now.length);
    }
  }
  return null;
}

function walkBack(rounds: readonly Int32Array[], oldLength: number, nowLength: number): Place[] {
  const kept: Place[] = [];
  let x = oldLength;
  let y = nowLength;
  for (let changes = rounds.length - 1; changes >= 0; changes -= 1) {
    const reach = rounds[changes];
    const at = (k: number): number => reach?.[k + changes + 1] ?? 0;
    const k = x - y;
    const down = k === -changes || (k !== changes && at(k - 1) < at(k + 1));
    const previousX = changes === 0 ? 0 : down ? at(k + 1) : at(k - 1);
    const previousY = changes === 0 ? 0 : previousX - (down ? k + 1 : k - 1);
    while (x > previousX && y > previousY) {
      x -= 1;
      y -= 1;
      kept.push([x, y]);
    }
    x = previousX;
    y = previousY;
  }
  return kept.reverse();
}

/** Lines that stand once in each text divide them; between two, what stays is searched for again. */
function keptByAnchors(old: readonly string[], now: readonly string[]): Place[] {
  const kept: Place[] = [];
  let x = 0;
  let y = 0;
  for (const [anchorX, anchorY] of [...anchors(old, now), [old.length, now.length] as const]) {
    for (const [i, j] of keptLines(old.slice(x, anchorX), now.slice(y, anchorY)) ?? []) kept.push([x + i, y + j]);
    if (anchorX < old.length) kept.push([anchorX, anchorY]);
    x = anchorX + 1;
    y = anchorY + 1;
  }
  return kept;
}

/** Places of lines that stand once in each text, as many as are in the same order in both: the longest ascending row of old places. */
function anchors(old: readonly string[], now: readonly string[]): Place[] {
  const inOld = placesOfSingles(old);
  interface Link {
    readonly place: Place;
    readonly before: Link | null;
  }
  // rows[n] ends the row of n + 1 places that leaves most room for more (patience sorting).
  const rows: Link[] = [];
  for (const [line, y] of placesOfSingles(now)) {
    const x = inOld.get(line);
    if (x === undefined) continue;
    let from = 0;
    for (let to = rows.length; from < to;) {
      const middle = (from + to) >> 1;
      if ((rows[middle]?.place[0] ?? 0) < x) from = middle + 1;
      else to = middle;
    }
    rows[from] = { place: [x, y], before: rows[from - 1] ?? null };
  }
  const found: Place[] = [];
  for (let link = rows.at(-1) ?? null; link !== null; link = link.before) found.push(link.place);
  return found.reverse();
}

/** Lines that stand once in a text, in their order, with their places. */
function placesOfSingles(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [place, line] of lines.entries()) {
    if (places.has(line)) repeated.add(line);
    else places.set(line, place);
  }
  for (const line of repeated) places.delete(line);
  return places;
}
