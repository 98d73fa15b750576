import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The real Bicep compiler, wherever this machine has it. No other program stands in for it. */

const CACHE = fileURLToPath(new URL('../node_modules/.cache/bicep/', import.meta.url));
/** The version that is fetched where none is installed. */
export const BICEP_VERSION = '0.46.1';

export interface Compiler {
  /** Where it was found, for people. */
  readonly from: string;
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

/** The compiler, or what was tried in vain. Looks in the order: BICEP, `bicep`, `az`, NuGet. */
export function findCompiler(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Compiler | { readonly tried: readonly string[] } {
  const tried: string[] = [];
  const given = env['BICEP'];
  if (given !== undefined && given !== '') {
    if (runs(given, ['--version'])) return { from: 'BICEP', command: given, prefix: [] };
    tried.push(`BICEP names ${given}, which does not answer to --version`);
  } else tried.push('BICEP is not set');

  const bicep = onPath('bicep', env);
  if (bicep !== undefined && runs(bicep, ['--version'])) return { from: bicep, command: bicep, prefix: [] };
  tried.push('no bicep on PATH');

  const az = onPath('az', env);
  if (az !== undefined && runs(az, ['bicep', 'version']))
    return { from: `${az} bicep`, command: az, prefix: ['bicep'] };
  tried.push(az === undefined ? 'no az on PATH' : `${az} has no Bicep; run: az bicep install`);

  const dotnet = onPath('dotnet', env);
  if (dotnet === undefined) tried.push('no dotnet on PATH to fetch the NuGet package with');
  else {
    const fetched = fromNuGet(dotnet);
    if ('command' in fetched) return fetched;
    tried.push(fetched.tried);
  }
  return { tried };
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

/** `bicep build-params` of a .bicepparam file: the same for a set of parameters, against the types of its template. */
export function buildParameters(compiler: Compiler, file: string): Compiled {
  return run(compiler, 'build-params', file);
}

function run(compiler: Compiler, verb: string, file: string): Compiled {
  const dashed = compiler.prefix.length > 0 ? ['--file', file] : [file];
  const { status, stdout, stderr } = spawnSync(compiler.command, [...compiler.prefix, verb, ...dashed, '--stdout'], {
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

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { timeout: 60_000, stdio: 'ignore' }).status === 0;
}

function onPath(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  return (env['PATH'] ?? '')
    .split(delimiter)
    .flatMap(folder => names.map(each => join(folder, each)))
    .find(path => existsSync(path) && statSync(path).isFile());
}

function packageOfThisMachine(): string | undefined {
  const system = { linux: 'linux', darwin: 'osx', win32: 'win' }[process.platform as string];
  const chip = { x64: 'x64', arm64: 'arm64' }[process.arch as string];
  return system === undefined || chip === undefined ? undefined : `Azure.Bicep.CommandLine.${system}-${chip}`;
}

/** The compiler's NuGet package, restored once into a folder that git does not see. */
function fromNuGet(dotnet: string): Compiler | { readonly tried: string } {
  const name = packageOfThisMachine();
  if (name === undefined) return { tried: `NuGet has no Bicep for ${process.platform} on ${process.arch}` };
  const folder = join(CACHE, 'packages', name.toLowerCase(), BICEP_VERSION);
  if (!existsSync(folder)) {
    const failure = restore(dotnet, name);
    if (failure !== undefined) return { tried: `NuGet: ${name} ${BICEP_VERSION}: ${failure}` };
  }
  const command = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => /(^|[/\\])bicep(\.exe)?$/.test(path))
    .map(path => join(folder, path))[0];
  if (command === undefined) return { tried: `NuGet: ${name} ${BICEP_VERSION} holds no bicep` };
  if (!runs(command, ['--version'])) return { tried: `NuGet: ${command} does not run` };
  return { from: `NuGet ${name} ${BICEP_VERSION}`, command, prefix: [] };
}

/** @returns why it failed */
function restore(dotnet: string, name: string): string | undefined {
  mkdirSync(CACHE, { recursive: true });
  const project = join(CACHE, 'fetch.csproj');
  writeFileSync(
    project,
    `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <RestorePackagesPath>${join(CACHE, 'packages')}</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup><PackageDownload Include="${name}" Version="[${BICEP_VERSION}]" /></ItemGroup>
</Project>
`,
  );
  const { status, stdout } = spawnSync(dotnet, ['restore', project, '-nologo'], {
    encoding: 'utf8',
    timeout: 90_000,
    // Once is enough: without a network this would go on for minutes.
    env: { ...process.env, NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT: '1' },
  });
  if (status === 0) return undefined;
  const reason = /error (NU\d+: .*)/.exec(stdout)?.[1] ?? `dotnet restore ended with ${status}`;
  return reason.replace(/ \[.*$/, '').slice(0, 300);
}
