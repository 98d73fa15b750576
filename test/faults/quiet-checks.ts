import { lastDay } from '../../shared/ledger/settling.ts';
import { addDays, DAY_MS, eachDay, endOf, HOUR_MS } from '../../shared/words/day.ts';
import type { DayEntry } from '../../shared/words/ledger.ts';
import type { Dataset, Day } from '../../shared/words/model.ts';
import { type Context, type Findings, keyOf } from './findings.ts';
import type { LakeChecks } from './lake-checks.ts';
import { linesIn } from './lines.ts';

/** What must hold when faults have stopped and time has passed: the days are those of a clean run. */

/** After a day could be read again, this is time enough to have done it, witnesses and backoffs included. */
const MARGIN_MS = 8 * HOUR_MS;

/** A day that could be landed this long ago has landed. */
const LANDING_MS = 12 * HOUR_MS;

export function checkQuiet(on: Context, findings: Findings, lake: LakeChecks, datasets: readonly Dataset[]): void {
  const { now } = on.scheduler;
  const entries = new Map(
    on
      .stores()
      .entries()
      .map(entry => [keyOf(entry.dataset, entry.day), entry]),
  );
  for (const dataset of datasets) {
    const watermark = on.stores().ledgerStore.watermarks.get(dataset.name)?.value;
    findings.check(watermark !== undefined, '6', () => `${dataset.name} has no watermark`);
    if (watermark === undefined) continue;
    for (const day of eachDay(watermark.firstDay, lastDay(now - LANDING_MS)))
      checkDay(on, findings, lake, dataset, day, entries.get(keyOf(dataset.name, day)));
    checkSomewhere(on, findings, lake, dataset, watermark.firstDay);
    const { landedThrough } = watermark;
    const landed = landedThrough !== undefined && landedThrough >= lastDay(now - LANDING_MS);
    findings.check(landed, '14', () => `${dataset.name} is landed through ${landedThrough} only`);
    // The oldest days of a run can all have settled by its end.
    const old = lastDay(now - (dataset.settleDays * 24 + dataset.rereadHours * 4) * HOUR_MS);
    const open = [...entries.values()].some(
      ({ dataset: name, day, work }) => name === dataset.name && day <= old && work.suspicion !== undefined,
    );
    const settled = watermark.settledThrough !== undefined && watermark.settledThrough >= old;
    findings.check(settled || open || old < watermark.firstDay, '14', () => {
      return `${dataset.name} is settled through ${watermark.settledThrough} only, not ${old}`;
    });
  }
}

function checkDay(
  on: Context,
  findings: Findings,
  lake: LakeChecks,
  dataset: Dataset,
  day: Day,
  entry: DayEntry | undefined,
): void {
  const about = `${dataset.name} ${day}`;
  const { current, history } = lake.of(dataset.name, day);
  findings.check(current !== undefined && entry?.held !== undefined, '14', () => {
    return `${about} has not landed: ${JSON.stringify(entry?.work)}`;
  });
  if (current === undefined || entry?.held === undefined) return;
  const { held, work } = entry;
  const resting = work.state === 'idle' || (work.state === 'queued' && work.checkpoint === undefined);
  findings.check(resting, '14', () => `${about} is still ${work.state}: ${work.errorKind}`);
  const { receipt } = current;
  findings.check(held.revision === receipt.revision, '12', () => {
    return `${about} is noted as r${held.revision} and holds r${receipt.revision}`;
  });
  const kept = [...history.keys()].filter(revision => revision < receipt.revision).length;
  findings.check(kept === receipt.revision - 1, '5', () => `${about} r${receipt.revision} has ${kept} in history`);
  checkTruth(on, findings, dataset, day, current.text, work.suspicion?.reason === 'shrink.emptied');
}

/** Every change that a clean run would have seen by now has been seen. */
function checkTruth(on: Context, findings: Findings, dataset: Dataset, day: Day, text: string, emptied: boolean): void {
  const { now } = on.scheduler;
  const truth = on.truths.get(dataset.name);
  const changedAt = truth?.changedAt(day) ?? 0;
  const settlesAt = endOf(day) + dataset.settleDays * DAY_MS;
  const lateCheckAt = endOf(day) + dataset.lateCheckDays * DAY_MS;
  const rereadMs = dataset.rereadHours * HOUR_MS;
  // A machine whose clock was ahead may have made the last read early, by as much.
  const early = on.skewMs;
  const seenBy = changedAt < settlesAt - early ? Math.max(changedAt, on.faultsEnd) + rereadMs : lateCheckAt;
  // Rows of such a source may stand in another day: see checkSomewhere.
  if (truth !== undefined && !truth.isNear) return;
  // A change that came too late for every read is not owed to anybody.
  const margin = MARGIN_MS + on.skewMs;
  if (changedAt >= lateCheckAt - early || now < seenBy + margin || now < on.faultsEnd + rereadMs + margin) return;
  const rows = (truth?.rows(day) ?? []).map(row => row.line).sort();
  const same = rows.join('\n') === linesIn(text).sort().join('\n');
  const excused = emptied && rows.length === 0;
  findings.check(same || excused, '7', () => {
    return `${dataset.name} ${day} has ${linesIn(text).length} rows, the source ${rows.length}, changed ${new Date(changedAt).toISOString()}`;
  });
}

/** Every row that the source gives for some landed day is in some partition: its own, or one that it stays in. */
function checkSomewhere(on: Context, findings: Findings, lake: LakeChecks, dataset: Dataset, firstDay: Day): void {
  const { now } = on.scheduler;
  const truth = on.truths.get(dataset.name);
  if (truth === undefined) return;
  // Three reads in turn close a seam: of the day that brings a row, of its own day, and of the first again.
  const readMs = 3 * dataset.rereadHours * HOUR_MS + MARGIN_MS + on.skewMs;
  const days = [...eachDay(firstDay, lastDay(now - readMs))];
  const held = new Set(days.flatMap(day => linesIn(lake.of(dataset.name, day).current?.text ?? '')));
  const doubted = on
    .stores()
    .entries()
    .filter(({ dataset: name, work }) => name === dataset.name && work.suspicion);
  for (const day of days) {
    const near = [-2, -1, 0, 1, 2].map(count => addDays(day, count));
    const changedAt = Math.max(on.faultsEnd, ...near.map(each => truth.changedAt(each)));
    const settling = endOf(addDays(day, -2)) + dataset.settleDays * DAY_MS;
    if (now < changedAt + readMs || truth.changedAt(day) >= settling) continue;
    if (doubted.some(entry => near.includes(entry.day)) || near.some(each => each > (days.at(-1) ?? ''))) continue;
    const given = new Set(near.filter(each => days.includes(each)).flatMap(each => truth.windowRows(each)));
    const lost = truth.rows(day).filter(row => given.has(row) && !held.has(row.line));
    findings.check(lost.length === 0, '2n', () => {
      return `${dataset.name} ${day}: ${lost.length} rows are in no day, such as ${lost[0]?.key} (${truth.bounds.kind})`;
    });
  }
}
