/** What a person may have meant by a name that does not exist. Pure. */

/** The candidate with the fewest edits to `text`. */
export function nearest(text: string, candidates: readonly string[]): string {
  const scored = candidates.map(candidate => ({ candidate, edits: editsBetween(text, candidate) }));
  scored.sort((a, b) => a.edits - b.edits);
  return scored[0]?.candidate ?? '';
}

function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
