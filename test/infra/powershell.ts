import { join } from 'node:path';
import { answerOf, fetchPackage, onPath } from '../../infra/programs.ts';

/** The version that is fetched; it runs on the .NET 10 runtime. */
const VERSION = '7.6.9';

export interface PowerShell {
  /** For people: version and where it was found. */
  readonly from: string;
  readonly command: string;
  /** What stands before the arguments of `pwsh`. */
  readonly prefix: readonly string[];
}

/** PowerShell from NuGet, or that of this machine; or what was tried in vain. */
export function findPowerShell(): PowerShell | { readonly tried: string } {
  const fetched = fetchPackage('PowerShell', VERSION);
  const dotnet = onPath('dotnet');
  if ('folder' in fetched && dotnet !== undefined) {
    const system = process.platform === 'win32' ? 'win' : 'unix';
    const found = at(dotnet, [join(fetched.folder, 'tools/net10.0/any', system, 'pwsh.dll')], 'NuGet PowerShell');
    if (found !== undefined) return found;
  }
  const pwsh = onPath('pwsh');
  const found = pwsh === undefined ? undefined : at(pwsh, [], pwsh);
  if (found !== undefined) return found;
  const why = 'tried' in fetched ? fetched.tried : `NuGet: PowerShell ${VERSION} does not run on the .NET that is here`;
  return { tried: `${why}; no pwsh on PATH` };
}

function at(command: string, prefix: readonly string[], from: string): PowerShell | undefined {
  const version = answerOf(command, [...prefix, '--version']);
  return version === undefined ? undefined : { from: `${version}, from ${from}`, command, prefix };
}
