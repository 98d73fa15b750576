import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { absence, build, buildParameters, type Diagnostic, findCompiler } from './bicep.ts';
import { HASH_FILE, hashOfSources, INFRA, normalised, TEMPLATE } from './template.ts';

/**
 * `npm run check:infra`: compiles and lints main.bicep and each set of parameters with the real compiler, and says
 * whether the committed main.json is what came out. With `--write` it becomes that.
 */

const compiler = findCompiler();
if ('tried' in compiler) {
  console.error(absence(compiler.tried));
  process.exit(1);
}
console.log(`Bicep from ${compiler.from}`);

const seen: Diagnostic[] = [];
const template = build(compiler, join(INFRA, 'main.bicep'));
tell('main.bicep', template.diagnostics);
for (const file of globSync('parameters/*.bicepparam', { cwd: INFRA }).sort())
  tell(basename(file, '.bicepparam'), buildParameters(compiler, join(INFRA, file)).diagnostics);

const bad = seen.filter(({ level }) => level !== 'info').length;
if (bad === 0 && process.argv.includes('--write')) {
  writeFileSync(TEMPLATE, `${JSON.stringify(normalised(template.output), null, 2)}\n`);
  writeFileSync(HASH_FILE, `${hashOfSources()}\n`);
  console.log('main.json written; npm run fix formats it');
} else if (bad === 0) {
  const same = isDeepStrictEqual(JSON.parse(readFileSync(TEMPLATE, 'utf8')), normalised(template.output));
  console.log(same ? 'main.json is what the sources compile to' : 'main.json is stale: npm run check:infra -- --write');
  if (!same) process.exitCode = 1;
}
if (bad > 0) process.exitCode = 1;

function tell(what: string, diagnostics: readonly Diagnostic[]): void {
  const count = (level: Diagnostic['level']): number => diagnostics.filter(each => each.level === level).length;
  console.log(`${what}: ${count('error')} errors, ${count('warning')} warnings`);
  for (const { file, line, level, code, message } of diagnostics) {
    console.log(`  ${file}:${line}: ${level} ${code}: ${message}`);
  }
  seen.push(...diagnostics);
}
