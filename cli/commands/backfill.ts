import { setTimeout as pause } from 'node:timers/promises';
import { type AskedDay, askDay, type Extended, extendHistory, wantsRetry } from '../../shared/ledger/asking.ts';
import { needsPerson, stateOf } from '../../shared/ledger/day-state.ts';
import { horizonOf, isExpired } from '../../shared/ledger/settling.ts';
import { counted } from '../../shared/status/text.ts';
import { addDays, daysBetween, eachDay, MINUTE_MS } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { chosen, examples, type On, type Register } from '../command.ts';
import { tellDelays } from '../delays.ts';
import { closed, neededRangeOf, type Range, type RangeOptions, withRange } from '../ranges.ts';
import { tableIn } from '../terminal/output.ts';
import { withTyped } from '../terminal/typed.ts';
import { UsageError } from '../usage-error.ts';
import { ASKED, FINE } from './retry.ts';

interface Options extends RangeOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
}

export const backfill: Register = (program, { act }) => {
  withRange(program.command('backfill'), { needed: true })
    .description('Lands a range of days: lets history begin earlier where needed, and asks for days that failed')
    .option('--all', 'also read again the days that are held, not only those missing or failed')
    .option('-y, --yes', 'do not ask')
    .option('--wait', 'show the progress until it is done; Ctrl-C stops only the display, not the work')
    .addHelpText(
      'after',
      '\nHistory has no gaps: when it begins earlier, all days between the range and its present first day are landed too.',
    )
    .addHelpText(
      'after',
      examples(
        'landline backfill --from 2026-01-01',
        'landline backfill --month 2026-01',
        'landline backfill --from -30d --datasets teams-sms --yes --wait',
      ),
    )
    .action(act(backfillAll));
};

/** What a backfill means for one dataset. */
interface Preview {
  readonly dataset: string;
  /** What is left of the range: from the source's horizon to the newest day that is over. */
  readonly from: Day;
  readonly to: Day;
  /** Days in that range. */
  readonly days: number;
  readonly held: number;
  readonly missing: number;
  readonly failed: number;
  readonly inWork: number;
  /** Days that would be asked for, had nobody been erased from them. */
  readonly erased: number;
  /** Days asked for that the source has forgotten and that are not held. */
  readonly beyondHorizon: number;
  /** Where history begins now; `undefined` when the dataset was never planned. */
  readonly firstDay: Day | undefined;
  /** Days between the range and `firstDay`, which are landed too. */
  readonly between: number;
}

interface Prepared {
  readonly dataset: Dataset;
  readonly preview: Preview;
  /** Days to ask for one by one. The planner owes the missing ones without being asked. */
  readonly ask: readonly Day[];
}

async function backfillAll(on: On, options: Options): Promise<0 | 1> {
  const range = neededRangeOf(options, on.now);
  if (options.wait && !on.alive)
    throw new UsageError('--wait: `npm start` is not running over this data folder. Start it in another terminal.');
  const prepared: Prepared[] = [];
  for (const each of chosen(on, options.datasets)) prepared.push(await prepare(on, each, range, options.all ?? false));
  const previews = prepared.map(({ preview }) => preview);
  if (!on.json) tellPreview(on, previews);

  const idle = prepared.every(({ preview, ask }) => ask.length === 0 && preview.missing + preview.between === 0);
  const sure = idle || options.yes || (await on.out.confirm('Land these days?'));
  if (!sure) {
    if (on.json) on.out.json({ applied: false, previews });
    else on.out.line('Nothing was changed. In a script, add --yes.');
    // As JSON, without --yes, a preview is what was asked for.
    return on.json ? 0 : 1;
  }
  const applied: { dataset: string; extended: Extended; asked: AskedDay[] }[] = [];
  for (const each of prepared) applied.push(await apply(on, each));
  if (!on.json) tellApplied(on, applied);
  await tellDelays(on, idle ? [] : applied);
  const complete = !options.wait || (await watch(on, prepared));
  if (on.json) on.out.json({ applied: true, previews, datasets: applied, ...(options.wait && { complete }) });
  const planned = applied.every(({ extended }) => extended.outcome === 'extended' || extended.outcome === 'already');
  const asked = applied.every(each => each.asked.every(({ outcome }) => FINE.has(outcome)));
  return planned && asked && complete ? 0 : 1;
}

async function prepare(
  on: On,
  dataset: Dataset,
  range: Range & { readonly from: Day },
  all: boolean,
): Promise<Prepared> {
  const { ledger, now } = on;
  const firstDay = (await ledger.watermark(dataset.name))?.value.firstDay;
  const entries = new Map((await ledger.days(dataset.name)).map(({ value }) => [value.day, value]));
  const horizon = horizonOf(dataset, now);
  const { from, to: last } = closed(range, range.from, now);
  const first = from < horizon ? horizon : from;
  const count = { days: 0, held: 0, missing: 0, failed: 0, inWork: 0, erased: 0 };
  const ask: Day[] = [];
  for (const at of eachDay(first, last)) {
    const entry = entries.get(at);
    const kind = kindOf(dataset, entry, now);
    count.days += 1;
    count[kind] += 1;
    if (kind !== 'failed' && !(all && kind === 'held')) continue;
    // Where a person was erased, a read would bring the rows back: only who names the day means that.
    if (entry?.held?.forgottenAt === undefined) ask.push(at);
    else count.erased += 1;
  }
  const forgotten = [...eachDay(from, [addDays(horizon, -1), last].sort()[0] ?? from)];
  const preview: Preview = {
    dataset: dataset.name,
    from: first,
    to: last,
    ...count,
    beyondHorizon: forgotten.filter(at => entries.get(at)?.held === undefined).length,
    firstDay,
    between: firstDay !== undefined && first < firstDay ? Math.max(0, daysBetween(last, firstDay) - 1) : 0,
  };
  return { dataset, preview, ask };
}

function kindOf(dataset: Dataset, entry: DayEntry | undefined, now: number): 'held' | 'missing' | 'failed' | 'inWork' {
  if (entry === undefined) return 'missing';
  if (wantsRetry(dataset, entry, now)) return 'failed';
  if (entry.work.state === 'queued' || entry.work.state === 'fetching') return 'inWork';
  return entry.held === undefined ? 'missing' : 'held';
}

async function apply(on: On, { dataset, preview, ask }: Prepared) {
  const { ledger, now } = on;
  const nothing = preview.days === 0;
  const extended: Extended = nothing
    ? { outcome: 'already', firstDay: preview.firstDay }
    : await extendHistory(ledger, dataset, preview.from, now);
  const asked: AskedDay[] = [];
  for (const at of ask) asked.push({ dataset: dataset.name, day: at, outcome: await askDay(ledger, dataset, at, now) });
  return { dataset: dataset.name, extended, asked };
}

function tellPreview({ out, self }: On, previews: readonly Preview[]): void {
  const head = ['dataset', 'from', 'to', 'days', 'held', 'missing', 'failed', 'in work', 'beyond horizon'];
  const rows = previews.map(({ dataset, from, to, days, held, missing, failed, inWork, beyondHorizon }) => [
    dataset,
    from,
    to,
    ...[days, held, missing, failed, inWork, beyondHorizon].map(String),
  ]);
  for (const line of tableIn(out, head, rows)) out.line(line);
  for (const { dataset, to, between, firstDay, erased } of previews) {
    if (erased > 0)
      out.line(
        `${dataset}: ${counted(erased, 'day')} not asked for, because a person was erased; to read one all the same: ${self} retry ${dataset} <day>`,
      );
    if (between > 0)
      out.line(`${dataset}: ${counted(between, 'day')} between ${to} and ${firstDay} will be landed too.`);
    if (firstDay === undefined)
      out.line(`${dataset}: was never planned; start the app first, or leave it out (--datasets).`);
  }
}

function tellApplied({ out, alive, self }: On, applied: readonly Awaited<ReturnType<typeof apply>>[]): void {
  for (const { dataset, extended, asked } of applied) {
    if (extended.outcome === 'extended') out.line(`${dataset}: history begins on ${extended.firstDay} now.`);
    if (extended.outcome === 'contended') out.line(`${dataset}: others are writing its watermark: try again.`);
    const noted = asked.filter(({ outcome }) => outcome === 'asked').length;
    if (noted > 0) out.line(`${dataset}: ${counted(noted, 'day')} asked for.`);
    for (const { day: at, outcome } of asked.filter(each => !FINE.has(each.outcome)))
      out.line(withTyped(`${dataset} ${at} ${ASKED[outcome]}`, self));
  }
  const changed = applied.some(({ extended, asked }) => extended.outcome === 'extended' || asked.length > 0);
  out.line(
    changed
      ? `The planner queues what is owed on its next run.${alive ? '' : ' Run `npm start` for that.'}`
      : 'Nothing was changed: no day has to be asked for.',
  );
}

const LOOK_MS = 2_000;
/** Without any change for this long, the person should know that nobody may be at work. */
const STILL_MS = 10 * MINUTE_MS;

/** @returns whether every day is held in the end */
async function watch(on: On, prepared: readonly Prepared[]): Promise<boolean> {
  let told = '';
  let changedAt = Date.now();
  for (;;) {
    const now = Date.now();
    const count = { of: 0, landed: 0, inWork: 0, waiting: 0, stuck: 0 };
    for (const { dataset, preview } of prepared) {
      const entries = new Map((await on.ledger.days(dataset.name)).map(({ value }) => [value.day, value]));
      const last = preview.between > 0 ? addDays(preview.firstDay ?? preview.to, -1) : preview.to;
      for (const at of preview.firstDay === undefined ? [] : eachDay(preview.from, last)) {
        count.of += 1;
        count[progressOf(dataset, at, entries.get(at), now)] += 1;
      }
    }
    const text = `${count.landed} of ${counted(count.of, 'day')} held, ${count.inWork} in work, ${count.waiting} to come, ${count.stuck} need a person`;
    const done = count.landed + count.stuck === count.of;
    if (on.out.interactive && !done) on.out.progress(text);
    else if (text !== told) on.out.note(text);
    if (text !== told) changedAt = now;
    told = text;
    if (done) return count.stuck === 0;
    if (now > changedAt + STILL_MS) {
      on.out.note('Nothing has changed for ten minutes: is the app running? Your request stays in the ledger.');
      return false;
    }
    await pause(LOOK_MS);
  }
}

function progressOf(dataset: Dataset, at: Day, entry: DayEntry | undefined, now: number) {
  if (entry === undefined) return 'waiting';
  const { state, askedAt } = entry.work;
  if (state === 'queued' || state === 'fetching') return 'inWork';
  if (askedAt !== undefined) return 'waiting';
  if (state === 'failed' && !isExpired(dataset, at, now)) return needsPerson(entry.work) ? 'stuck' : 'waiting';
  const seen = stateOf(dataset, at, entry, now);
  if (seen === 'suspect' || seen === 'expired') return 'stuck';
  return entry.held === undefined ? 'waiting' : 'landed';
}
