import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { counted } from '../../shared/status/text.ts';
import { instantOf } from '../../shared/words/day.ts';
import { examples, type On, type Register } from '../command.ts';
import { withDevelopmentPackages } from '../packages.ts';
import { type RangeOptions, rangeOf, withDays } from '../ranges.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** The charts take a while to load, and no other command needs them. */
export function drawing() {
  return withDevelopmentPackages('`landline report`', () =>
    Promise.all([import('../report/data.ts'), import('../report/page.ts')]),
  );
}

interface Options extends RangeOptions {
  readonly out: string;
  readonly zone: string;
}

export const report: Register = (program, { act }) => {
  withDays(program.command('report'))
    .description('Draws the calls, messages and cost of a period on one page to send or print, which needs no network')
    .option('--out <file>', 'where to write it', 'report.html')
    .option('--zone <zone>', 'time zone of the hours of the week, such as Europe/Berlin; days stay UTC', zone, 'UTC')
    .addHelpText(
      'after',
      '\nDays that are not held are shaded. The period is compared with the one before only if both are held in full.',
    )
    .addHelpText(
      'after',
      '\nThe report shows only what the privacy profile of the curated tables shows. Make the tables first: `landline curate --all`.',
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

function zone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('Expected a time zone such as Europe/Berlin or UTC.');
  }
}

async function draw(on: On, options: Options): Promise<0 | 1> {
  const { out } = options;
  const range = rangeOf(options, on.now);
  const [{ figuresOf }, { reportPage }] = await drawing();
  const figures = await figuresOf(on.curated, { ...range, zone: options.zone });
  const { period, now } = figures;
  if (period === undefined) {
    throw new CommandError('curated.none', 1, 'Nothing is curated yet: run `landline curate --all` first.');
  }
  if (period.to < period.from) throw new UsageError(`The range ends (${period.to}) before it begins (${period.from}).`);
  const reach = figures.held.reach;
  if (now.days.size === 0 && reach !== undefined && (reach.to < period.from || reach.from > period.to)) {
    const message = `No day of this period is held. The tables have the days ${reach.from} to ${reach.to}.`;
    throw new CommandError('curated.none', 1, message);
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
