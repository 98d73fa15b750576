import { setTimeout as pause } from 'node:timers/promises';
import type { Facts } from '../../shared/status/facts.ts';
import { readFacts } from '../../shared/status/http-reply.ts';
import type { Dataset, SourceName } from '../../shared/words/model.ts';
import type { Ledger } from '../../shared/words/ports.ts';
import { chosen, dataset, examples, type On, type Register } from '../command.ts';
import { tellStopped } from '../delays.ts';
import { LEGEND } from '../terminal/colours.ts';
import { tellFacts, tellGaps } from '../terminal/coverage.ts';
import { tellDoubts, tellTrouble } from '../terminal/trouble.ts';

const WATCH_MS = 5_000;

export const status: Register = (program, { act }) => {
  program
    .command('status')
    .description('Shows what is held of each log, what is not, why, and what to do')
    .argument('[dataset]', 'name of a log, to list its gaps and the days that need attention', dataset)
    .option('--watch', `look again every ${WATCH_MS / 1_000} seconds, until Ctrl-C`)
    .addHelpText('after', `\nMarks: ${LEGEND}`)
    .addHelpText('after', examples('landline status', 'landline status teams-sms', 'landline status --watch'))
    .action(
      act(
        async (on: On, of: Dataset | undefined, { watch }: { watch?: boolean }) => {
          for (;;) {
            const facts = await lookAt(on, of, Date.now());
            if (on.json) on.out.json(facts);
            else tell(on, facts, of !== undefined, watch ?? false);
            // A pipe whose reader has gone takes no more.
            if (!watch || !process.stdout.writable) return needsAttention(facts) ? 1 : 0;
            await pause(WATCH_MS);
          }
        },
        { saysWhere: true },
      ),
    );
};

/** Where nothing was planned yet, whoever asks for the exit code should know. */
function needsAttention({ verdict, datasets }: Facts): boolean {
  return verdict.level === 'attention' || datasets.length === 0;
}

/** The facts of the coverage page, by the same reader. @param of the only log that is looked at */
function lookAt(on: On, of: Dataset | undefined, now: number): Promise<Facts> {
  const clock = { now: () => now };
  const datasets = chosen(on, of && [of]);
  const ledger: Ledger = {
    ...on.ledger,
    gate: async source => (asksOf(datasets, source) ? on.ledger.gate(source) : undefined),
  };
  return readFacts({ ...on, ledger, datasets, off: [], backlog: undefined, clock });
}

/** That another source is left alone says nothing of these. */
function asksOf(datasets: readonly Dataset[], source: SourceName): boolean {
  return datasets.some(each => each.source === source);
}

function tell(on: On, facts: Facts, closely: boolean, watch: boolean): void {
  const { out } = on;
  if (watch && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
  tellFacts(facts, on.where, out, on.self);
  if (closely)
    for (const each of facts.datasets) {
      tellGaps(each, out);
      tellTrouble(each, out, on.self);
      tellDoubts(each, out, on.self);
    }
  tellStopped(on);
}
