import { DATASETS } from '../shared/datasets/index.ts';
import { readDataset } from '../shared/ledger/read-ledger.ts';
import { aroundOf, owedAmong } from '../shared/ledger/seams.ts';
import { lastDay } from '../shared/ledger/settling.ts';
import { closedGates } from '../shared/status/facts.ts';
import { gateNote, openGate } from '../shared/status/notes.ts';
import { eachDay } from '../shared/words/day.ts';
import type { Gate } from '../shared/words/ledger.ts';
import { SOURCES, type SourceName } from '../shared/words/model.ts';
import type { On } from './command.ts';
import { withTyped } from './terminal/typed.ts';

/** Why what is owed or asked for is not read at once: a gate, a pause, or nobody who is at work. */

/** Sources that are left alone just now. Of a gate that cannot be read it is said so. */
async function gatesOf({ ledger, out, self, now }: On): Promise<readonly Gate[]> {
  const gates: Gate[] = [];
  for (const source of SOURCES) {
    const gate = (await ledger.gate(source))?.value;
    if (gate !== undefined) gates.push(gate);
    if (gate?.unreadable !== undefined) out.note(withTyped(gate.unreadable, self));
  }
  return closedGates(gates, now);
}

/** What is asked for of a paused dataset, or of a source that is left alone, waits, and whoever asks should know. */
export async function tellDelays(on: On, about: readonly { readonly dataset: string }[]): Promise<void> {
  const names = new Set(about.map(({ dataset }) => dataset));
  for (const name of names)
    if ((await on.ledger.watermark(name))?.value.pausedAt !== undefined)
      on.out.note(`${name} is paused: nothing of it is read until \`${on.self} resume ${name}\`.`);
  const sources = new Set(DATASETS.filter(({ name }) => names.has(name)).map(({ source }) => source));
  for (const gate of await gatesOf(on)) if (sources.has(gate.source)) on.out.note(gateLine(on, gate));
}

/** Days of a source that are owed and wait for it, whether a message of theirs is in the queue yet or not. */
export async function daysWaitingFor({ ledger, datasets, now }: On, source: SourceName): Promise<number> {
  let days = 0;
  for (const dataset of datasets.filter(each => each.source === source)) {
    const { watermark, entries } = await readDataset(ledger, dataset, now);
    if (watermark === undefined || watermark.pausedAt !== undefined) continue;
    const around = aroundOf(new Map(entries.map(entry => [entry.day, entry])), watermark.firstDay);
    for (const day of eachDay(watermark.firstDay, lastDay(now))) {
      const queued = around.entries.get(day)?.work.state === 'queued';
      if (queued || owedAmong(dataset, day, around, now) !== undefined) days += 1;
    }
  }
  return days;
}

/** That a source is left alone, and who knows better can end it. */
export function gateLine({ self }: On, gate: Gate): string {
  return `${gateNote(gate)} Sooner: ${withTyped(openGate(gate), self)}`;
}

/** What is said to go on by itself does so only where somebody is at work. */
export function tellStopped({ alive, where, out }: On): void {
  if (!alive) out.line(`\nnpm start is not running over ${where}: nothing is read until you start it.`);
}
