import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ANSWERS } from '../cli/answers/commands.ts';

/** Writes docs/json.schema.json, the schema of everything that `landline` prints with `--json`. */

export const ANSWERS_FILE = fileURLToPath(new URL('../docs/json.schema.json', import.meta.url));

/** Where the library puts what several schemas share. */
const SHARED = '__shared';

function answersSchema(): object {
  const names = Object.keys(ANSWERS);
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(ANSWERS)) registry.add(schema, { id: name });
  // As input: answers may have members that this version does not know.
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: id => `#/$defs/${id}` });
  const { [SHARED]: shared, ...commands } = schemas;
  const all = Object.entries({ ...commands, ...shared?.$defs });
  const defs = Object.fromEntries(all.map(([name, { $schema: _, $id: _id, id: _own, ...schema }]) => [name, schema]));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What landline prints with --json',
    description: 'One definition for each command, by its name, and `error` for what any of them prints when it fails.',
    $defs: defs,
    anyOf: names.map(name => ({ $ref: `#/$defs/${name}` })),
  };
}

export function answersText(): string {
  return `${JSON.stringify(answersSchema(), undefined, 2).replaceAll(`#/$defs/${SHARED}#/`, '#/')}\n`;
}

if (import.meta.main) await writeFile(ANSWERS_FILE, answersText());
