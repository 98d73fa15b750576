import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * `npm run test:dates`: the suites under a false machine clock (libfaketime), on dates that are not like the others. The
 * tests choose their dates themselves (clock.ts); this shows that they do, and that what must have the machine's clock
 * holds on any date. It takes as long as the suites for each date.
 */

interface Start {
  /** Local time of the zone; the clock goes on from there. */
  readonly at: string;
  readonly zone?: string;
}

const STARTS: Readonly<Record<string, Start>> = {
  monday: { at: '2026-12-07 12:00:00' },
  tuesday: { at: '2026-12-08 12:00:00' },
  wednesday: { at: '2026-12-09 12:00:00' },
  thursday: { at: '2026-12-10 12:00:00' },
  friday: { at: '2026-12-11 12:00:00' },
  saturday: { at: '2026-12-12 12:00:00' },
  sunday: { at: '2026-12-13 12:00:00' },
  'first-minutes': { at: '2026-12-15 00:00:30' },
  'across-midnight': { at: '2026-12-15 23:59:00' },
  'new-year': { at: '2027-01-01 00:20:00' },
  'leap-day': { at: '2028-02-29 12:00:00' },
  'after-leap-day': { at: '2028-03-01 00:20:00' },
  // A minute before the clocks change.
  'clocks-forward': { at: '2027-03-28 01:59:00', zone: 'Europe/Berlin' },
  'clocks-back': { at: '2027-10-31 02:59:00', zone: 'Europe/Berlin' },
};

/** Those with anything that reads a clock. The simulated worlds of `faults` have their own, and `infra` has no dates. */
const SUITES = ['flow', 'curate', 'pages', 'stores', 'sources', 'unit'];

const INSTALL = `\`faketime\` of libfaketime has to be on the PATH (Debian and Ubuntu: sudo apt-get install faketime; macOS: brew
install libfaketime).`;
const MISSING = `No date was tried. ${INSTALL}`;

const HELP = `Usage: npm run test:dates -- [--only <date,...>] [suite or file ...]

Runs ${SUITES.join(', ')}, or those suites and files that are named, on each of these dates:
${Object.entries(STARTS)
  .map(([name, { at, zone = 'UTC' }]) => `  ${name.padEnd(16)} ${at} ${zone}`)
  .join('\n')}

${INSTALL}

Exit codes: 0 all passed; 1 not all; 2 nothing was tried.`;

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}

function asked() {
  try {
    const options = { only: { type: 'string' }, help: { type: 'boolean' } } as const;
    return parseArgs({ options, allowPositionals: true });
  } catch (thrown) {
    return refuse(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${HELP}`);
  }
}

async function passesOn({ at, zone = 'UTC' }: Start, suites: readonly string[]): Promise<boolean> {
  const run = fileURLToPath(new URL('run.ts', import.meta.url));
  // Limits and pauses are of real time: only what the day is, is false.
  const env = { ...process.env, TZ: zone, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  const child = spawn('faketime', [at, process.execPath, run, ...suites], { env, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return code === 0;
}

const { values, positionals } = asked();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const names = values.only?.split(',') ?? Object.keys(STARTS);
const unknown = names.filter(name => STARTS[name] === undefined);
if (unknown.length > 0) refuse(`There is no date ${unknown.join(', ')}.\n\n${HELP}`);
if (spawnSync('faketime', ['--version'], { stdio: 'ignore' }).error !== undefined) refuse(MISSING);

const suites = positionals.length === 0 ? SUITES : positionals;
const told: string[] = [];
for (const name of names) {
  const start = STARTS[name];
  if (start === undefined) continue;
  console.log(`\n# ${name}: ${start.at} ${start.zone ?? 'UTC'}\n`);
  const passed = await passesOn(start, suites);
  if (!passed) process.exitCode = 1;
  told.push(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(16)} ${start.at} ${start.zone ?? 'UTC'}`);
}
console.log(`\n${suites.join(', ')}:\n${told.join('\n')}`);
