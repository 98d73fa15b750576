import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SETTINGS, type Setting } from '../shared/config/settings.ts';

/** Writes docs/settings.md from the table that the app checks its settings with: `node tools/docs.ts`. */

const INTRODUCTION = `# Settings

Every setting of the app, written by \`node tools/docs.ts\` from \`shared/config/settings.ts\`: the table the app checks its
settings with. A setting that is wrong, and one that starts with \`LANDLINE_\` and is not listed here, stops the app
before it reads or writes anything; the message names all that is wrong at once.

In Azure these are application settings of the function app; on a developer's machine they are the \`Values\` of
\`local.settings.json\`. A secret is never shown; give it as a reference to Key Vault.
A secret that stands in the settings of a function app itself works, is reported as \`config doubted\`, and is a warning of
\`landline doctor --app\`.

| Setting | Meaning | Expected | Without it | Example |
|---|---|---|---|---|
`;

export function settingsPage(): string {
  const rows = Object.entries<Setting>(SETTINGS).map(([name, setting]) => {
    const { meaning, expected, example, fallback, secret } = setting;
    const without = fallback === undefined ? '' : code(fallback);
    const cells = [code(name), meaning, secret ? `${expected}; **secret**` : expected, without, code(example)];
    return `| ${cells.map(escaped).join(' | ')} |\n`;
  });
  return INTRODUCTION + rows.join('');
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A bar would end the cell. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}

export const SETTINGS_PAGE = fileURLToPath(new URL('../docs/settings.md', import.meta.url));

if (import.meta.main) await writeFile(SETTINGS_PAGE, settingsPage());
