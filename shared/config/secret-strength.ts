/** Whether a text may be a random secret: what somebody typed to have enough characters can be guessed. Pure. */
export function mayBeRandom(text: string): boolean {
  return text.length >= 32 && new Set(text).size >= 8 && !/(.{4,})\1\1/.test(text);
}
