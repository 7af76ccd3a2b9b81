/** What a search is for: each of its words is to be in the text that is searched, in any order; large and small letters are the same. */
export function searchWords(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}
