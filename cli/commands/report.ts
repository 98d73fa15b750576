import { writeFile } from 'node:fs/promises';
import { counted } from '../../shared/status/text.ts';
import { instantOf } from '../../shared/words/day.ts';
import { examples, type On, type Register } from '../command.ts';
import { withDevelopmentPackages } from '../packages.ts';
import { CommandError, UsageError } from '../usage-error.ts';

/** The charts take a while to load, and no other command needs them. */
export function drawing() {
  return withDevelopmentPackages('`landline report`', () =>
    Promise.all([import('../report/data.ts'), import('../report/page.ts')]),
  );
}

export const report: Register = (program, { act }) => {
  program
    .command('report')
    .description('Draws a sample report of the curated tables: one page, no network')
    .option('--out <file>', 'where to write it', 'report.html')
    .addHelpText(
      'after',
      '\nIt shows what the privacy profile of the tables lets through. Make them first: `landline curate --all`.',
    )
    .addHelpText('after', examples('landline report --out report.html'))
    .action(
      act(async (on: On, { out }: { out: string }) => {
        const [{ figuresOf }, { reportPage }] = await drawing();
        const figures = await figuresOf(on.curated);
        if (figures.firstDay === '') {
          throw new CommandError('curated.none', 1, 'Nothing is curated yet: run `landline curate --all` first.');
        }
        await writeFile(out, reportPage(figures, instantOf(on.now))).catch((thrown: NodeJS.ErrnoException) => {
          throw new UsageError(`${out} cannot be written: ${thrown.code}.`, { cause: thrown });
        });
        const { calls, messages, firstDay, lastDay } = figures;
        if (on.json) on.out.json({ out, calls, messages, firstDay, lastDay });
        else
          on.out.line(
            `${out}: ${counted(calls, 'call')} and ${counted(messages, 'message')}, ${firstDay} to ${lastDay}.`,
          );
        return 0;
      }),
    );
};
