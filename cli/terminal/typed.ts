/** Commands as a person has to type them to reach the same Landline again. */

/** A path as one word of the shell that people have there. */
export function quoted(path: string, platform = process.platform): string {
  if (/^[\w./\\:~+-]+$/.test(path)) return path;
  return platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

const OPTIONS = ['data', 'settings', 'account', 'queueAccount'] as const;

/** What a person types for this program: npm tells a program that it was called by npx. */
export function calledAs(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env['npm_command'] === 'exec' ? 'npx landline' : 'landline';
}

/** `landline --data 'my data'`: what was named on the command line about the target. */
export function typedAs(
  target: { readonly [name in (typeof OPTIONS)[number]]?: string | undefined },
  program = calledAs(),
): string {
  const named = OPTIONS.flatMap(name => {
    const value = target[name];
    return value === undefined ? [] : [`--${name === 'queueAccount' ? 'queue-account' : name} ${quoted(value)}`];
  });
  return [program, ...named].join(' ');
}

/** @param self how this Landline is called */
export function asTyped(command: string, self: string): string {
  return command.replace(/^landline(?= )/, () => self);
}

/** The commands of a text, such as a next step or a help. Where the word is part of a path or of a name, it stays. */
export function withTyped(text: string, self: string): string {
  return text.replace(/(?<=^|[\s`("'])(?<!npx )landline (?=[a-z])/g, () => `${self} `);
}

/** The same of a help, which shows commands with options before their name. */
export function helpTyped(text: string, program = calledAs()): string {
  return text.replace(/(?<=^|[\s`("'])(?<!npx )landline (?=[a-z[<-])/g, () => `${program} `);
}
