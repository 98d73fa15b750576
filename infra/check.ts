import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { absence, build, type Compiler, type Diagnostic, findCompiler } from './bicep.ts';
import { SNAPSHOTS, storedSnapshot, takeSnapshots } from './snapshot.ts';
import { HASH_FILE, hashOfSources, INFRA, normalised, storedHash, TEMPLATE } from './template.ts';

/**
 * `npm run check:infra`: compiles and lints main.bicep and each set of parameters with the real compiler, and says
 * whether the committed main.json and snapshots are what came out. With `--write` they become that. Where no compiler can be had, it
 * says so and checks what can be checked without one.
 */

const compiler = findCompiler();
const good = 'tried' in compiler ? withoutCompiler(compiler.tried) : withCompiler(compiler);
if (!good) process.exitCode = 1;

function withCompiler(compiler: Compiler): boolean {
  console.log(`Bicep ${compiler.version} from ${compiler.from}`);
  const template = build(compiler, join(INFRA, 'main.bicep'));
  const snapshots = takeSnapshots(compiler);
  const results = [
    tell('main.bicep', template.diagnostics),
    ...snapshots.map(({ name, diagnostics }) => tell(name, diagnostics)),
  ];
  if (results.includes(false)) return false;
  if (!process.argv.includes('--write')) {
    const stale = snapshots.filter(({ name, text }) => {
      return !existsSync(join(SNAPSHOTS, `${name}.txt`)) || storedSnapshot(name) !== text;
    });
    for (const { name } of stale) console.log(`snapshots/${name}.txt is stale: npm run check:infra -- --write`);
    return isCurrent(template.output) && stale.length === 0;
  }
  writeFileSync(TEMPLATE, `${JSON.stringify(normalised(template.output), null, 2)}\n`);
  writeFileSync(HASH_FILE, `${hashOfSources()}\n`);
  mkdirSync(SNAPSHOTS, { recursive: true });
  for (const { name, text } of snapshots) writeFileSync(join(SNAPSHOTS, `${name}.txt`), text);
  console.log('main.json and snapshots written; npm run fix formats the former');
  return true;
}

function isCurrent(output: string): boolean {
  const same = isDeepStrictEqual(JSON.parse(readFileSync(TEMPLATE, 'utf8')), normalised(output));
  console.log(same ? 'main.json is what the sources compile to' : 'main.json is stale: npm run check:infra -- --write');
  return same;
}

/** @returns whether there was nothing but remarks */
function tell(what: string, diagnostics: readonly Diagnostic[]): boolean {
  const count = (level: Diagnostic['level']): number => diagnostics.filter(each => each.level === level).length;
  console.log(`${what}: ${count('error')} errors, ${count('warning')} warnings`);
  for (const { file, line, level, code, message } of diagnostics)
    console.log(`  ${file}:${line}: ${level} ${code}: ${message}`);
  return diagnostics.every(({ level }) => level === 'info');
}

function withoutCompiler(tried: readonly string[]): boolean {
  console.error(absence(tried));
  if (process.argv.includes('--write')) {
    console.error('Without it main.json cannot be written.');
    return false;
  }
  console.log('NOTHING WAS COMPILED. All that is checked is that no source has changed since main.json was made.');
  const same = storedHash() === hashOfSources();
  console.log(
    same
      ? 'main.json was made from these sources, by their digest'
      : 'main.json was made from other sources, by digest',
  );
  return same;
}
