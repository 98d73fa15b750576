import { globSync, readFileSync } from 'node:fs';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { slashed } from '../system.ts';

/** Microsoft's published JSON schemas of the files of a Power BI project (test/fixtures/json-schemas, MIT licence). */

const FOLDER = new URL('../fixtures/json-schemas/', import.meta.url);

const PUBLISHED = 'https://developer.microsoft.com/json-schemas/';

function load(): Ajv {
  // Not strict: that is for those who write schemas, and these are somebody else's.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  for (const file of globSync('**/*.json', { cwd: FOLDER })) {
    const schema = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as AnySchemaObject;
    // Some name no address, or that of another: they are referred to by the one they are published under.
    ajv.addSchema({ ...schema, $id: `${PUBLISHED}${slashed(file)}` });
  }
  return ajv;
}

let loaded: Ajv | undefined;

/** What the schema that a file names says of it. */
export function schemaProblems(file: string, text: string): string[] {
  loaded ??= load();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return [`${file}: ${String(thrown)}`];
  }
  const named = (value as { $schema?: unknown }).$schema;
  const validate: ValidateFunction | undefined = typeof named === 'string' ? loaded.getSchema(named) : undefined;
  if (validate === undefined) return [`${file}: names no schema that is here`];
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${file}${instancePath}: ${message}`);
}
