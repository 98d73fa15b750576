import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SETTINGS, type Setting } from '../shared/config/settings.ts';

/** Writes docs/settings.md from the table that the app checks its settings with: `node tools/docs.ts`. */

const INTRODUCTION = `# Settings

This page lists every setting of the app. \`node tools/docs.ts\` writes it from \`shared/config/settings.ts\`, the same
table with which the app checks its settings. If a setting has a wrong value, or starts with \`LANDLINE_\` and is not
listed here, the app reads and writes nothing. Its error message then names all wrong settings at once.

In Azure these are application settings of the function app, which the [parameters](deploy.md#parameters) of the
template set. On a developer's machine they are the \`Values\` of \`local.settings.json\`.

The app never shows the value of a secret. In Azure, set a secret to a reference to Key Vault. If you write the secret
itself into the setting, the app works, but it reports \`config doubted\`, and \`landline doctor --app\` warns.

| Setting | Meaning | Expected | Default | Example |
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
