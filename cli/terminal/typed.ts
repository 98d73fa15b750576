/** Commands as a person has to type them to reach the same Landline again. */

/** A path as one word of the shell that people have there. */
export function quoted(path: string, platform = process.platform): string {
  if (/^[\w./\\:~+-]+$/.test(path)) return path;
  return platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

const OPTIONS = ['data', 'settings', 'account', 'queueAccount'] as const;

/** `landline --data 'my data'`: what was named on the command line about the target. */
export function typedAs(target: { readonly [name in (typeof OPTIONS)[number]]?: string | undefined }): string {
  const named = OPTIONS.flatMap(name => {
    const value = target[name];
    return value === undefined ? [] : [`--${name === 'queueAccount' ? 'queue-account' : name} ${quoted(value)}`];
  });
  return ['landline', ...named].join(' ');
}

/** @param self how this Landline is called */
export function asTyped(command: string, self: string): string {
  return command.replace(/^landline(?= )/, () => self);
}

/** The commands of a sentence, such as a next step. */
export function withTyped(text: string, self: string): string {
  return text.replace(/\blandline (?=[a-z])/g, () => `${self} `);
}
