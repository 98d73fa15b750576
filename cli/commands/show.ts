import type { Doubt } from '../../shared/ledger/doubts.ts';
import { keysText } from '../../shared/ledger/key-lists.ts';
import { NO_SEAM } from '../../shared/ledger/seams.ts';
import { isExpired } from '../../shared/ledger/settling.ts';
import { messageOf, reasonOf, sinceOf } from '../../shared/status/dataset-facts.ts';
import { sinceText } from '../../shared/status/day-runs.ts';
import { closedGates } from '../../shared/status/facts.ts';
import { nextStep } from '../../shared/status/next-step.ts';
import { type Shown, shownOf } from '../../shared/status/states.ts';
import { grouped, minuteOf } from '../../shared/status/text.ts';
import { headOrForeign } from '../../shared/verify/verify-day.ts';
import { DAY_MS, endOf, HOUR_MS, instantOf } from '../../shared/words/day.ts';
import type { DayEntry, Held, Seam } from '../../shared/words/ledger.ts';
import type { Dataset, Day, Receipt } from '../../shared/words/model.ts';
import { type AmongOthers, lookAround } from '../around-day.ts';
import { dataset, examples, type On, type Register, refuseUnfinished } from '../command.ts';
import { gateLine, tellStopped } from '../delays.ts';
import { type DayText, dayOfText, ONE_DAY_FORMS, oneDayText } from '../ranges.ts';
import { withTyped } from '../terminal/typed.ts';

export const show: Register = (program, { act }) => {
  program
    .command('show')
    .description('Shows everything that the ledger and the receipt know of one day')
    .argument('<dataset>', 'name of the dataset', dataset)
    .argument('<day>', ONE_DAY_FORMS, oneDayText)
    .addHelpText('after', examples('landline show teams-sms 2026-01-31', 'landline show teams-sms yesterday'))
    .action(act(showDay));
};

async function showDay(on: On, of: Dataset, text: DayText): Promise<0 | 1> {
  const at = dayOfText(text, 'last', on.now);
  const [found, { partition, foreign }, watermark, versioned] = await Promise.all([
    on.ledger.day(of.name, at),
    // The day of a blob that is none of ours is one that a person wants to look at.
    headOrForeign(on.lake, of.name, at),
    on.ledger.watermark(of.name),
    on.ledger.gate(of.source),
  ]);
  const [gate] = closedGates(versioned === undefined ? [] : [versioned.value], on.now);
  const entry = found?.value;
  if (entry === undefined && partition === undefined) refuseUnfinished(at, on.now);
  const { firstDay, pausedAt } = watermark?.value ?? {};
  const state = shownOf(of, at, entry, on.now);
  const planned = entry !== undefined || (firstDay !== undefined && at >= firstDay);
  const {
    owed: due,
    doubts,
    blocker,
    cut,
  } = planned ? await lookAround(on.ledger, of, at, firstDay ?? '', on.now) : NOT_OWED;
  if (cut) on.out.note(`The entry of another day of ${of.name} is damaged: run \`landline rebuild\`.`);
  const next = planned
    ? nextStep(of, at, state, entry, { paused: pausedAt !== undefined, blocker, gate }, on.now)?.text
    : beforeHistory(of, at, firstDay, on.now);
  if (on.json) {
    const { checkpoint, ...work } = entry?.work ?? {};
    const progress = checkpoint && { pages: checkpoint.pages, rows: checkpoint.rows, savedAt: checkpoint.cursorAt };
    on.out.json({
      dataset: of.name,
      day: at,
      state,
      owed: due,
      ...(entry && {
        reason: reasonOf(state, entry.work),
        message: messageOf(state, entry.work),
        since: sinceOf(state, entry.work),
      }),
      next,
      ...(doubts.length > 0 && { doubts }),
      ...(gate !== undefined && { gate }),
      held: entry?.held,
      work: { ...work, progress },
      partition,
      ...(foreign && { foreign }),
    });
  } else {
    const nowhere = !planned && partition === undefined && !foreign;
    const known = nowhere ? 'not owed, and nothing is held' : state;
    on.out.line(
      `${of.name} ${at}: ${on.out.paint('bold', known)}${due === undefined || due === state ? '' : `, owed (${due})`}`,
    );
    for (const line of whyLines(state, entry)) on.out.line(line);
    if (next !== undefined) on.out.line(`Next step: ${withTyped(next, on.self)}`);
    if (gate !== undefined && due !== undefined) on.out.line(gateLine(on, gate));
    for (const line of doubts.flatMap(doubtLines)) on.out.line(withTyped(line, on.self));
    if (state === 'open' && entry?.held !== undefined) on.out.line(openLine(of, at, entry.held, on.now));
    section(on, 'Held, by the ledger', heldLines(entry));
    const receipt = foreign === undefined ? undefined : { none: foreign };
    section(on, 'Receipt of the partition', receipt ?? receiptLines(partition?.receipt, partition?.bytes));
    section(on, 'Work', workLines(entry));
    tellStopped(on);
  }
  return state === 'failed' || state === 'suspect' ? 1 : 0;
}

const NOT_OWED: AmongOthers = { owed: undefined, doubts: [], blocker: undefined, cut: false };

/** Nobody owes what is older than history, or of a dataset without one; and the source may have it all the same. */
function beforeHistory(of: Dataset, at: Day, firstDay: Day | undefined, now: number): string {
  if (isExpired(of, at, now)) return 'nothing: the source no longer has this day';
  return firstDay === undefined
    ? `${of.name} was never planned: it is switched off, or the app has not run`
    : `history begins on ${firstDay}; to go further back: landline backfill --from ${at} --datasets ${of.name}`;
}

/** What is wrong, in the words of docs/operations.md. */
function whyLines(state: Shown, entry: DayEntry | undefined): string[] {
  if (entry === undefined) return [];
  const { requestId } = entry.work;
  const [reason, message] = [reasonOf(state, entry.work), messageOf(state, entry.work)];
  const since = sinceOf(state, entry.work);
  return [
    ...(reason === undefined ? [] : [`Reason: ${reason}${sinceText([since])}`]),
    ...(message === undefined ? [] : [`Message: ${message}`]),
    ...(requestId === undefined ? [] : [`Request id: ${requestId}`]),
  ];
}

/** When the day is read next, and which read makes it final. */
function openLine(of: Dataset, day: Day, { checkedAt }: Held, now: number): string {
  const next = Date.parse(checkedAt) + of.rereadHours * HOUR_MS;
  const old = endOf(day) + of.settleDays * DAY_MS;
  const when = old > now ? `after ${minuteOf(instantOf(old))} UTC` : 'from now on';
  return `Read again about ${minuteOf(instantOf(Math.max(next, now)))} UTC; final once a read ${when} finds nothing new.`;
}

function doubtLines({ reason, message, next }: Doubt): string[] {
  return [`In doubt (${reason}): ${message}`, `Next step: ${next}`];
}

/** Names of properties whose numbers count nothing. */
const NO_COUNTS: readonly string[] = ['ticket'];

function section(on: On, title: string, values: object): void {
  const lines = Object.entries(values).filter(([, value]) => value !== undefined);
  on.out.line(`\n${title}${lines.length === 0 ? ': nothing' : ''}`);
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  for (const [name, value] of lines)
    on.out.line(
      `  ${name.padEnd(width)}  ${typeof value === 'number' && !NO_COUNTS.includes(name) ? grouped(value) : String(value)}`,
    );
}

/** Of the borders, how many rows are there; their keys say nothing to a person. */
function heldLines(entry: DayEntry | undefined): object {
  const { seams, ...held } = entry?.held ?? {};
  if (seams === undefined) return held;
  const far = seams.far.map(({ day, open, kept }) => `; of ${day}, ${open} open, ${kept} kept`).join('');
  const { unplacedBefore = NO_SEAM, unplacedAfter = NO_SEAM } = seams;
  const unplaced =
    unplacedAfter === NO_SEAM
      ? ''
      : `; unplaced: ${keysText(unplacedAfter.own)} came, ${keysText(unplacedBefore.kept)} kept`;
  return { ...held, seams: `before: ${seamText(seams.before)}; after: ${seamText(seams.after)}${unplaced}${far}` };
}

function seamText({ own, lent, kept }: Seam): string {
  return `${keysText(own)} own, ${keysText(lent)} lent, ${keysText(kept)} kept`;
}

function receiptLines(receipt: Receipt | undefined, bytes: number | undefined): object {
  return receipt === undefined ? {} : { ...receipt, bytes };
}

function workLines(entry: DayEntry | undefined): object {
  if (entry === undefined) return {};
  const {
    checkpoint,
    suspicion,
    errorKind: _,
    errorMessage: _m,
    requestId: _r,
    errorRemedy: remedy,
    ...work
  } = entry.work;
  return {
    ...work,
    remedy,
    ...(checkpoint && { progress: `${checkpoint.pages} pages, ${checkpoint.rows} rows, saved ${checkpoint.cursorAt}` }),
    ...(suspicion && { suspicion: `${suspicion.reason} since ${suspicion.since}: ${suspicion.rows} rows were read` }),
  };
}
