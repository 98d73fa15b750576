import { systemClock } from '../../shared/app/clock.ts';
import { curatedProblem } from '../../shared/curate/check-day.ts';
import { tableOf } from '../../shared/curate/tables.ts';
import { counted, grouped } from '../../shared/status/text.ts';
import {
  type Finding,
  isTrouble,
  isWanted,
  type SweepPorts,
  type Verified,
  type VerifyOptions,
  verify,
} from '../../shared/verify/verify.ts';
import { failureOf, LandlineError } from '../../shared/words/errors.ts';
import type { Dataset } from '../../shared/words/model.ts';
import { curatedPath } from '../../shared/words/paths.ts';
import { everyDataset, examples, type On, part, type Register, whole } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type Absent, absentIn, tellAbsent } from '../not-held.ts';
import { profileOn } from '../privacy-profile.ts';
import { type RangeOptions, rangeOf, withRange } from '../ranges.ts';
import { findingLines } from '../terminal/findings.ts';

interface Options extends RangeOptions {
  readonly part?: { n: number; of: number };
  readonly source?: number;
  readonly history?: boolean;
  readonly curated?: boolean;
  readonly mark: boolean;
}

export const verifyDays: Register = (program, { act }) => {
  withRange(program.command('verify'))
    .description(
      'Counts and digests every partition again, compares it with its receipt and the ledger, and names days not held',
    )
    .option('--part <n/of>', 'check only the n-th share of the days; all shares together cover every day', part)
    .option('--source <k>', 'read k days again from their source and compare', whole(1, 10_000))
    .option('--history', 'also check the superseded revisions in history')
    .option(
      '--curated',
      'make the curated file of each day again, without storing it, and compare it with the stored one',
    )
    .option('--no-mark', 'only look: do not mark damaged days in the ledger')
    .addHelpText(
      'after',
      '\nExits with 4 when nothing that is held is damaged, but days are not held: of the range, or of what is owed.',
    )
    .addHelpText(
      'after',
      examples(
        'landline verify',
        'landline verify --month 2026-01',
        'landline verify --from -7d --datasets teams-sms',
        'landline verify --part 3/7 --json',
        'landline verify --source 5',
        'landline verify --history',
        'landline verify --curated --month 2026-01',
      ),
    )
    .action(act(verifyAll));
};

async function verifyAll(on: On, options: Options): Promise<ExitCode> {
  const { part: share, source, history = false, curated = false, mark } = options;
  const range = rangeOf(options, on.now);
  const which = everyDataset(on, options.datasets);
  const ports: SweepPorts = {
    datasets: which,
    ledger: on.ledger,
    lake: on.lake,
    clock: systemClock,
    names: prefix => on.names(prefix),
    keptDays: dataset => on.eraser.days(dataset),
    progress: ({ done, of, dataset, day: at }) => on.out.progress(`${done} of ${of}: ${dataset} ${at}`),
    ...(source !== undefined && { sources: await on.sources() }),
  };
  const { findings, ...sums } = await verify(ports, {
    chosen: options.datasets !== undefined,
    mark,
    history,
    ...range,
    ...(share !== undefined && { part: share }),
    ...(source !== undefined && { source }),
  });
  const ofCurated = curated ? await curatedFindings(on, which, { ...range, ...(share && { part: share }) }) : [];
  const found = { ...sums, findings: [...findings, ...ofCurated] };
  // Of a lost ledger the partitions are there: that is a finding, and no gap.
  const unlisted = new Set(found.findings.map(({ kind, dataset, day }) => kind === 'unlisted' && `${dataset} ${day}`));
  const absent = (await absentIn(on, which, range, options.datasets !== undefined)).flatMap(each => {
    const days = each.days.filter(day => !unlisted.has(`${each.dataset} ${day}`));
    return days.length === 0 ? [] : [{ ...each, days }];
  });
  const trouble = found.findings.filter(isTrouble);
  const code = trouble.length > 0 ? 1 : absent.length > 0 ? 4 : 0;
  if (on.json) on.out.json({ ...found, clean: trouble.length === 0, absent });
  else {
    for (const line of findingLines(found.findings, on.out, on.self)) on.out.line(line);
    if (found.cleared > 0) on.out.line(`${counted(found.cleared, 'day')} whole again and no longer marked.`);
    tellAbsent(on, absent);
    const compared = source === undefined ? '' : `, ${counted(found.compared, 'day')} compared with the source`;
    on.out.line(`${counted(found.days, 'day')}, ${grouped(found.rows)} rows${compared}: ${outcomeOf(found, absent)}.`);
  }
  return code;
}

/** Of every landed day whose curated file is damaged or gone. */
async function curatedFindings(on: On, which: readonly Dataset[], wanted: VerifyOptions): Promise<Finding[]> {
  const profile = await profileOn(on);
  const findings: Finding[] = [];
  for (const { name } of which)
    for await (const { day } of on.lake.list(name)) {
      if (!isWanted(day, wanted)) continue;
      on.out.progress(`curated: ${name} ${day}`);
      const problem = await curatedProblem(name, day, { ...on, profile }).catch(thrown => {
        if (!(thrown instanceof LandlineError)) throw thrown;
        return `it cannot be compared: ${failureOf(thrown).message.replace(/\.$/, '')}`;
      });
      if (problem === undefined) continue;
      const file = `curated/${curatedPath(tableOf(name).name, name, day)}`;
      const message = `${file}: ${problem}. Make it again: ${on.self} curate ${name} ${day} --force`;
      findings.push({ kind: 'curated', dataset: name, day, name: file, message });
    }
  return findings;
}

/** Findings that are no trouble, such as those of a day that is still re-read, are notes. */
export function outcomeOf({ days, findings }: Pick<Verified, 'days' | 'findings'>, absent: readonly Absent[]): string {
  const missing = absent.reduce((sum, each) => sum + each.days.length, 0);
  const trouble = findings.filter(isTrouble).length;
  const noted = findings.length - trouble;
  const also = [missing > 0 && `${counted(missing, 'day')} not held`, noted > 0 && counted(noted, 'note')];
  const whole = days === 0 ? 'there is nothing to verify' : missing > 0 ? 'what is held is whole' : 'all whole';
  const first = trouble > 0 ? counted(trouble, 'finding') : days === 0 && missing > 0 ? undefined : whole;
  return [first, ...also].filter(Boolean).join(', ');
}
