import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ANSWERS_FILE } from '../tools/answers.ts';

/** Holds what `landline` prints with `--json` to the schema that the documents have. */

const schema: unknown = JSON.parse(readFileSync(ANSWERS_FILE, 'utf8'));
const commands: readonly string[] = Object.keys(Object(schema).$defs);
const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { 'date-time': true } });
ajv.addSchema(Object(schema), 'answers');

/** @throws Error when the answer of the command that `args` name is not what docs/json.schema.json says */
export function checkAnswer(args: readonly string[], stdout: string): void {
  const name = args.find(arg => commands.includes(arg)) ?? 'error';
  const answer: unknown = JSON.parse(stdout);
  const which = Object.hasOwn(Object(answer), 'error') ? 'error' : name;
  const validate = ajv.getSchema(`answers#/$defs/${which}`);
  if (validate === undefined) throw new Error(`docs/json.schema.json has no ${which}`);
  if (validate(answer)) return;
  throw new Error(`landline ${args.join(' ')}: ${ajv.errorsText(validate.errors)}\n${stdout}`);
}
