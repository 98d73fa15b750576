/** Known to this module alone. */
let make: (text: string) => Html;

/**
 * HTML that escapes by default: a value in a template is text, unless it is itself made by this template. There is no
 * other way to make `Html`, so nothing that came from outside can become markup.
 */
export class Html {
  readonly text: string;
  private constructor(text: string) {
    this.text = text;
  }
  static {
    make = text => new Html(text);
  }
}

export type Slot = string | number | undefined | Html | readonly Html[];

/** In slots of attributes the literal has to bring the quotes. */
export function html(literals: TemplateStringsArray, ...slots: readonly Slot[]): Html {
  let text = literals[0] ?? '';
  for (const [i, slot] of slots.entries()) text += textOf(slot) + (literals[i + 1] ?? '');
  return make(text);
}

/** A stylesheet as it is. It must be a constant of ours. */
export function styleElement(css: string): Html {
  if (css.includes('<')) throw new Error('A stylesheet has no markup');
  return make(`<style>${css}</style>`);
}

function textOf(slot: Slot): string {
  if (slot === undefined) return '';
  if (slot instanceof Html) return slot.text;
  if (typeof slot === 'number') return String(slot);
  if (typeof slot === 'string') return escaped(slot);
  return slot.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text and nothing else, in elements and in quoted attributes. What no HTML text can hold, and what turns the direction of
 * reading, becomes U+FFFD.
 */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, sign => ENTITIES[sign] ?? '')
    .replace(/(?![\t\n])\p{Cc}|\p{Bidi_Control}/gu, '\uFFFD');
}
