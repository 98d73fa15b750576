import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf, type Environment, fetchPackage, onPath } from './programs.ts';

/** The real Bicep compiler, wherever this machine has it. No other program stands in for it. */

/** The version that is fetched. Another one has other rules of its linter. */
export const BICEP_VERSION = '0.49.2';

export interface Compiler {
  /** Where it was found, for people. */
  readonly from: string;
  /** As it says itself: `0.49.2`. */
  readonly version: string;
  readonly command: string;
  /** What stands before `build`. */
  readonly prefix: readonly string[];
}

export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly level: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
}

export interface Compiled {
  readonly diagnostics: readonly Diagnostic[];
  /** What it wrote; empty when there were errors. */
  readonly output: string;
}

/** The compiler, or what was tried in vain. Looks in the order: BICEP, NuGet, `bicep`, `az`. */
export function findCompiler(env: Environment = process.env): Compiler | { readonly tried: readonly string[] } {
  const tried: string[] = [];
  const given = env['BICEP'] ?? '';
  if (given !== '') {
    const found = compilerAt(given, 'BICEP');
    if (found !== undefined) return found;
    tried.push(`BICEP names ${given}, which does not answer to --version`);
  } else tried.push('BICEP is not set');

  const fetched = fromNuGet(env);
  if ('command' in fetched) return fetched;
  tried.push(fetched.tried);

  const bicep = onPath('bicep', env);
  const found = bicep === undefined ? undefined : compilerAt(bicep, bicep);
  if (found !== undefined) return found;
  tried.push('no bicep on PATH');

  const az = onPath('az', env);
  const version = az === undefined ? undefined : answerOf(az, ['bicep', 'version', '--only-show-errors']);
  if (az !== undefined && version !== undefined)
    return { from: `${az} bicep`, version: versionIn(version), command: az, prefix: ['bicep'] };
  tried.push(az === undefined ? 'no az on PATH' : `${az} has no Bicep; run: az bicep install`);
  return { tried };
}

function compilerAt(command: string, from: string): Compiler | undefined {
  const version = answerOf(command, ['--version']);
  return version === undefined ? undefined : { from, version: versionIn(version), command, prefix: [] };
}

/** Of `Bicep CLI version 0.49.2 (b34271ac51)` the number. */
function versionIn(answer: string): string {
  return /\d+\.\d+\.\d+/.exec(answer)?.[0] ?? 'of an unknown version';
}

/** Said where there is no compiler. */
export function absence(tried: readonly string[]): string {
  return [
    'The Bicep compiler was not found:',
    ...tried.map(each => `  - ${each}`),
    'Install it (https://aka.ms/bicep-install) or set BICEP to its path.',
  ].join('\n');
}

/** `bicep build` of a .bicep file: diagnostics of the compiler and of its linter, and the ARM template. */
export function build(compiler: Compiler, file: string): Compiled {
  return run(compiler, 'build', file);
}

/** Where a snapshot is taken. */
const PLACE = [
  ...[
    '--subscription-id',
    '00000000-0000-0000-0000-000000000001',
    '--tenant-id',
    '00000000-0000-0000-0000-000000000002',
  ],
  ...['--location', 'westeurope', '--deployment-name', 'landline'],
];

/**
 * `bicep snapshot` of a .bicepparam file: checks a set of parameters against the types of its template, and predicts
 * every resource, as JSON. Writes it beside the file.
 */
export function snapshot(compiler: Compiler, file: string): Compiled {
  const { diagnostics, output } = run(compiler, 'snapshot', file, ['--mode', 'overwrite', ...PLACE]);
  const failed = diagnostics.some(({ level }) => level === 'error');
  return { diagnostics, output: failed ? output : readFileSync(file.replace(/bicepparam$/, 'snapshot.json'), 'utf8') };
}

function run(compiler: Compiler, verb: string, file: string, options: readonly string[] = ['--stdout']): Compiled {
  const dashed = compiler.prefix.length > 0 ? ['--file', file] : [file];
  const { status, stdout, stderr } = spawnSync(compiler.command, [...compiler.prefix, verb, ...dashed, ...options], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
  });
  const diagnostics = diagnosticsIn(stderr);
  if (status !== 0 && !diagnostics.some(({ level }) => level === 'error'))
    throw new Error(`${compiler.from} ${verb} ended with ${status}: ${stderr.slice(0, 2_000)}`);
  return { diagnostics, output: status === 0 ? stdout : '' };
}

const LINE = /^(?:(?:WARNING|ERROR): )?(.+?)\((\d+),\d+\) : (Error|Warning|Info) ([^:]+): (.*)$/;

/** The lines of the compiler that are diagnostics. What else it writes (news of a newer version) is not. */
export function diagnosticsIn(text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, file, at, level, code, message] = LINE.exec(line) ?? [];
    if (file === undefined || at === undefined || level === undefined) continue;
    found.push({
      file,
      line: Number(at),
      level: level === 'Error' ? 'error' : level === 'Warning' ? 'warning' : 'info',
      code: code ?? '',
      message: message ?? '',
    });
  }
  return found;
}

function packageOfThisMachine(): string | undefined {
  const system = { linux: 'linux', darwin: 'osx', win32: 'win' }[process.platform as string];
  const chip = { x64: 'x64', arm64: 'arm64' }[process.arch as string];
  return system === undefined || chip === undefined ? undefined : `Azure.Bicep.CommandLine.${system}-${chip}`;
}

function fromNuGet(env: Environment): Compiler | { readonly tried: string } {
  const name = packageOfThisMachine();
  if (name === undefined) return { tried: `NuGet has no Bicep for ${process.platform} on ${process.arch}` };
  const fetched = fetchPackage(name, BICEP_VERSION, env);
  if ('tried' in fetched) return fetched;
  const command = join(fetched.folder, 'tools', process.platform === 'win32' ? 'bicep.exe' : 'bicep');
  return compilerAt(command, `NuGet ${name}`) ?? { tried: `NuGet: ${command} does not run` };
}
