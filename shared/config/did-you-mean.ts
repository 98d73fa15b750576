/** What a person may have meant by a name that does not exist. Pure. */

/** More than a third of a name is another name. */
const EDITS_SHARE = 1 / 3;

/** "did you mean …?" where a candidate begins with the text or is a few edits away; else what there is. */
export function meant(text: string, candidates: readonly string[]): string {
  const near = nearest(text, candidates);
  return near === undefined ? `there are ${candidates.join(', ')}` : `did you mean ${near}?`;
}

/** The candidate that begins with `text`, or else the one with the fewest edits to it; `undefined` when none is near. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const begun = text.length < 3 ? undefined : candidates.find(candidate => candidate.startsWith(text));
  if (begun !== undefined) return begun;
  const scored = candidates.map(candidate => ({ candidate, edits: editsBetween(text, candidate) }));
  scored.sort((a, b) => a.edits - b.edits);
  const [best] = scored;
  return best !== undefined && best.edits <= best.candidate.length * EDITS_SHARE ? best.candidate : undefined;
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
