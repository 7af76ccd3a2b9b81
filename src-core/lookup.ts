/**
 * The value of a table under a word from outside, or undefined. `table[word]` finds `constructor` and `__proto__` in every table there is.
 */
export function lookup<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
