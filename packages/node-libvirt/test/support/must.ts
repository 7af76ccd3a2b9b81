/** The value, which there must be for the test to make sense. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('there is nothing');
  return value;
}
