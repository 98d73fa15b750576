/** The lines of a partition's text. */
export function linesIn(text: string): string[] {
  return text === '' ? [] : text.slice(0, -1).split('\n');
}
