/** How many calls may wait at once on one connection: libvirtd serves five a client, and keepalive needs one. */
export const IN_FLIGHT = 4;

/** The value of a promise, or `otherwise` when it takes longer. The promise goes on; what it rejects with is rejected here only in time. */
export function within<T, U>(milliseconds: number, promise: Promise<T>, otherwise: U): Promise<T | U> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(otherwise), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Like items.map(work), with at most `limit` under way at once, in order. Rejects with the first rejection. */
export async function mapLimited<T, U>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<U>,
): Promise<U[]> {
  const results = new Array<U>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
