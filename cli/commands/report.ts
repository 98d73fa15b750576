import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { counted } from '../../shared/status/text.ts';
import { addDays, instantOf } from '../../shared/words/day.ts';
import type { Day } from '../../shared/words/model.ts';
import { day, examples, type On, type Register, refuseBackwards } from '../command.ts';
import { withDevelopmentPackages } from '../packages.ts';
import { UsageError } from '../usage-error.ts';

/** The charts take a while to load, and no other command needs them. */
export function drawing() {
  return withDevelopmentPackages('`landline report`', () =>
    Promise.all([import('../report/data.ts'), import('../report/page.ts')]),
  );
}

interface Options {
  readonly out: string;
  readonly from?: Day;
  readonly to?: Day;
  readonly month?: string;
  readonly zone: string;
}

export const report: Register = (program, { act }) => {
  program
    .command('report')
    .description('Draws the calls, messages and cost of a period: one page to send or print, no network')
    .option('--out <file>', 'where to write it', 'report.html')
    .option('--from <day>', 'first day (the first that is held)', day)
    .option('--to <day>', 'last day (the last that is held)', day)
    .option('--month <month>', 'a whole month, such as 2026-01, in place of --from and --to', month)
    .option('--zone <zone>', 'zone of the hours of the week, such as Europe/Berlin; days stay UTC', zone, 'UTC')
    .addHelpText(
      'after',
      '\nDays that are not held are shaded, and a period is compared with the one before where both are held in full.',
    )
    .addHelpText(
      'after',
      '\nIt shows what the privacy profile of the tables lets through. Make them first: `landline curate --all`.',
    )
    .addHelpText(
      'after',
      examples(
        'landline report --month 2026-01 --zone Europe/Berlin',
        'landline report --from 2026-01-01 --out year.html',
      ),
    )
    .action(act(draw));
};

function month(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('Expected a month such as 2026-01.');
}

function zone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('Expected a time zone such as Europe/Berlin or UTC.');
  }
}

/** @throws UsageError when the options contradict each other */
function rangeOf({ from, to, month: whole }: Options): { from?: Day; to?: Day } {
  if (whole === undefined) {
    refuseBackwards(from, to);
    return { ...(from && { from }), ...(to && { to }) };
  }
  if ((from ?? to) !== undefined) throw new UsageError('--month is a whole month: leave out --from and --to.');
  const first = `${whole}-01`;
  return { from: first, to: addDays(`${addDays(first, 31).slice(0, 7)}-01`, -1) };
}

async function draw(on: On, options: Options): Promise<0 | 1> {
  const { out } = options;
  const range = rangeOf(options);
  const [{ figuresOf }, { reportPage }] = await drawing();
  const figures = await figuresOf(on.curated, { ...range, zone: options.zone });
  const { period, now } = figures;
  if (period === undefined) {
    on.out.note('Nothing is curated yet: run `landline curate --all` first.');
    return 1;
  }
  refuseBackwards(period.from, period.to);
  const reach = figures.held.reach;
  if (now.days.size === 0 && reach !== undefined && (reach.to < period.from || reach.from > period.to)) {
    on.out.note(`No day of this period is held. The tables have ${reach.from} to ${reach.to}.`);
    return 1;
  }
  await writeFile(out, reportPage(figures, period, instantOf(on.now))).catch((thrown: NodeJS.ErrnoException) => {
    throw new UsageError(`${out} cannot be written: ${thrown.code}.`, { cause: thrown });
  });
  const { calls, messages } = now;
  if (on.json) on.out.json({ out, calls, messages, firstDay: period.from, lastDay: period.to });
  else
    on.out.line(
      `${out}: ${counted(calls, 'call')} and ${counted(messages, 'message')}, ${period.from} to ${period.to}.`,
    );
  return 0;
}
