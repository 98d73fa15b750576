import type { Dataset, Day, DayEntry, Receipt } from '../shared/model.ts';
import { owed } from '../shared/owed.ts';
import { nextStep } from '../shared/page/next.ts';
import { shownOf } from '../shared/page/states.ts';
import { dataset, day, examples, type On, type Register } from './command.ts';
import { grouped } from './output.ts';

export const show: Register = (program, act) => {
  program
    .command('show')
    .description('Everything that the ledger and the receipt know of one day')
    .argument('<dataset>', 'name of the dataset', dataset)
    .argument('<day>', 'UTC day', day)
    .addHelpText('after', examples('landline show teams-sms 2026-01-31'))
    .action(act(showDay));
};

async function showDay(on: On, of: Dataset, at: Day): Promise<0 | 1> {
  const entry = (await on.ledger.day(of.name, at))?.value;
  const partition = await on.lake.head(of.name, at);
  const state = shownOf(of, at, entry, on.now);
  const next = nextStep(of, at, state, entry, false, on.now);
  const due = owed(of, at, entry, on.now);
  if (on.json) {
    const { checkpoint, ...work } = entry?.work ?? {};
    const progress = checkpoint && { pages: checkpoint.pages, rows: checkpoint.rows, savedAt: checkpoint.cursorAt };
    on.out.json({
      dataset: of.name,
      day: at,
      state,
      owed: due,
      next,
      held: entry?.held,
      work: { ...work, progress },
      partition,
    });
  } else {
    on.out.line(`${of.name} ${at}: ${on.out.paint('bold', state)}${due === undefined ? '' : `, owed (${due})`}`);
    if (next !== undefined) on.out.line(`Next step: ${next}`);
    section(on, 'Held, by the ledger', entry?.held ?? {});
    section(on, 'Receipt of the partition', receiptLines(partition?.receipt, partition?.bytes));
    section(on, 'Work', workLines(entry));
  }
  return state === 'failed' || state === 'suspect' ? 1 : 0;
}

function section(on: On, title: string, values: object): void {
  const lines = Object.entries(values).filter(([, value]) => value !== undefined);
  on.out.line(`\n${title}${lines.length === 0 ? ': nothing' : ''}`);
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  for (const [name, value] of lines)
    on.out.line(`  ${name.padEnd(width)}  ${typeof value === 'number' ? grouped(value) : String(value)}`);
}

function receiptLines(receipt: Receipt | undefined, bytes: number | undefined): object {
  return receipt === undefined ? {} : { ...receipt, bytes };
}

function workLines(entry: DayEntry | undefined): object {
  if (entry === undefined) return {};
  const { checkpoint, suspicion, ...work } = entry.work;
  return {
    ...work,
    ...(checkpoint && { progress: `${checkpoint.pages} pages, ${checkpoint.rows} rows, saved ${checkpoint.cursorAt}` }),
    ...(suspicion && { suspicion: `${suspicion.reason} since ${suspicion.since}: ${suspicion.rows} rows were read` }),
  };
}
