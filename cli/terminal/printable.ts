import { stripVTControlCharacters } from 'node:util';

/**
 * The one place that cleans what goes to a terminal. A text of a source, a blob or a ledger may hold escapes that move
 * the cursor, write to the clipboard or hide what stands there, and signs that turn the direction of reading.
 */

/** The escapes of our own colours, by which nothing can be hidden or moved. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape begins with one
const COLOUR = /(\x1b\[(?:1|2|22|31|32|33|36|39|90)m)/;

/** Signs that end or restart a line, or turn its direction. Tabs are spaces to a table. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** @param colours whether the terminal shows our colours; elsewhere nothing of an escape is left */
export function printable(text: string, colours = false): string {
  if (!colours) return cleaned(text);
  return text
    .split(COLOUR)
    .map((part, at) => (at % 2 === 1 ? part : cleaned(part)))
    .join('');
}

function cleaned(text: string): string {
  return stripVTControlCharacters(text).replace(UNSEEN, ' ');
}

/** JSON as text that a terminal can be shown: what it would act on is written as an escape of JSON. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /(?![\n])[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
