import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Programs that this machine has, and those that a .NET SDK fetches from NuGet. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Says nothing of itself, asks for nothing, and gives up soon where there is no network. */
const DOTNET_ENV = {
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  DOTNET_SKIP_FIRST_TIME_EXPERIENCE: '1',
  NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT: '1',
};
/** A download of 100 MB on a slow line takes minutes; a network that swallows everything must not take longer. */
const DOTNET_LIMIT_MS = 240_000;

/** The path of a program, where PATH leads to one. */
export function onPath(name: string, env: Environment = process.env): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  return (env['PATH'] ?? '')
    .split(delimiter)
    .flatMap(folder => names.map(each => join(folder, each)))
    .find(path => existsSync(path) && statSync(path).isFile());
}

/** What a program writes to standard output, or undefined when it cannot be run or ends with another code than 0. */
export function answerOf(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { timeout: 60_000, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Runs the .NET SDK. @returns why it failed, in one line, or undefined */
export function runDotnet(dotnet: string, args: readonly string[]): string | undefined {
  const env = { ...process.env, ...DOTNET_ENV };
  const { status, stdout } = spawnSync(dotnet, args, { encoding: 'utf8', timeout: DOTNET_LIMIT_MS, env });
  if (status === 0) return undefined;
  const reason = /error ([A-Z]+\d+: .*)/.exec(stdout ?? '')?.[1] ?? `dotnet ${args[0]} ended with ${status}`;
  return reason.replace(/ \[.*$/, '').slice(0, 300);
}

/** NuGet's own folder of packages, which outlives an `npm ci` and is what caches of pipelines keep. */
function packagesFolder(): string {
  return process.env['NUGET_PACKAGES'] ?? join(homedir(), '.nuget', 'packages');
}

/**
 * Fetches one version of a NuGet package, once for each machine. Several processes may ask at the same time.
 * @returns the folder with its contents, or why it cannot be had
 */
export function fetchPackage(
  name: string,
  version: string,
  env: Environment = process.env,
): { readonly folder: string } | { readonly tried: string } {
  const dotnet = onPath('dotnet', env);
  if (dotnet === undefined) return { tried: `NuGet: no dotnet on PATH to fetch ${name} ${version} with` };
  const folder = join(packagesFolder(), name.toLowerCase(), version);
  // NuGet writes this file last.
  const isWhole = (): boolean => existsSync(join(folder, '.nupkg.metadata'));
  const failure = isWhole() ? undefined : restore(dotnet, name, version);
  if (failure !== undefined) return { tried: `NuGet: ${name} ${version}: ${failure}` };
  return isWhole() ? { folder } : { tried: `NuGet: ${name} ${version} was restored to another place than ${folder}` };
}

/** @returns why it failed */
function restore(dotnet: string, name: string, version: string): string | undefined {
  const project = mkdtempSync(join(tmpdir(), 'landline-nuget-'));
  try {
    // The framework is one that every SDK knows; nothing is compiled.
    writeFileSync(
      join(project, 'fetch.csproj'),
      `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
    <RestorePackagesPath>${packagesFolder()}</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup><PackageDownload Include="${name}" Version="[${version}]" /></ItemGroup>
</Project>
`,
    );
    return runDotnet(dotnet, ['restore', join(project, 'fetch.csproj'), '-nologo']);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
