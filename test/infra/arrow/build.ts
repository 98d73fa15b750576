import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerOf, onPath, runDotnet } from '../../../infra/programs.ts';

/** Arrow's reader of Parquet, as a small .NET program: built once, and again when its sources or the SDK change. */

const SOURCES = fileURLToPath(new URL('./', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/landline/', import.meta.url));

export interface ArrowReader {
  /** For people: what it is, with its version. */
  readonly from: string;
  /** Runs it: the file of the list comes last. */
  readonly command: readonly [dotnet: string, program: string];
}

/** The program, or why it cannot be had. */
export function buildArrowReader(): ArrowReader | { readonly tried: string } {
  const dotnet = onPath('dotnet');
  const sdk = dotnet === undefined ? undefined : answerOf(dotnet, ['--version']);
  if (dotnet === undefined || sdk === undefined) return { tried: 'there is no .NET SDK on PATH' };
  const hash = createHash('sha256').update(sdk);
  for (const name of ['reader.csproj', 'Program.cs']) hash.update(readFileSync(join(SOURCES, name)));
  const folder = join(CACHE, `arrow-reader-${hash.digest('hex').slice(0, 16)}`);
  const failure = existsSync(folder) ? undefined : build(dotnet, folder);
  if (failure !== undefined) return { tried: `ParquetSharp was not built: ${failure}` };
  const command = [dotnet, join(folder, 'reader.dll')] as const;
  const version = answerOf(command[0], [command[1], '--version']);
  return version === undefined
    ? { tried: `${command[1]} does not run` }
    : { from: `ParquetSharp ${version}, on .NET SDK ${sdk}`, command };
}

/** @returns why it failed */
function build(dotnet: string, folder: string): string | undefined {
  const work = mkdtempSync(join(tmpdir(), 'landline-arrow-'));
  try {
    for (const name of ['reader.csproj', 'Program.cs']) cpSync(join(SOURCES, name), join(work, name));
    const out = join(CACHE, `building-${process.pid}`);
    mkdirSync(CACHE, { recursive: true });
    const args = ['build', join(work, 'reader.csproj'), '-nologo', '--configuration', 'Release', '--output', out];
    const failure = runDotnet(dotnet, [...args, '-p:UseSharedCompilation=false', '-nodeReuse:false']);
    // Whole or not at all: another process may look for it.
    if (failure === undefined && !existsSync(folder)) renameSync(out, folder);
    else rmSync(out, { recursive: true, force: true });
    return failure;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
