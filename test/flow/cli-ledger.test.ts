import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../cli/main.ts';
import { linesFor, type Output } from '../../cli/terminal/output.ts';
import { jsonText } from '../../cli/terminal/printable.ts';
import { type Damage, damages } from '../unit/ledger-values.ts';
import { D, D1, PSTN, SMS, startFourDays } from './four-days.ts';

/**
 * The commands over a ledger into which somebody has written what is none of theirs: each ends with what it found or with
 * what to do, a terminal is shown nothing that acts on it, and a log that is sound is told of as before. As many damages
 * as fit into a run of the suite; `LEDGER_CASES` asks for more.
 */

const CASES = Number(process.env['LEDGER_CASES'] ?? '24');
const SEED = Number(process.env['LEDGER_SEED'] ?? '23');

const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['status', PSTN],
  ['show', PSTN, D1],
  ['changes', '--since', '7d'],
  ['verify', '--no-mark'],
];

/** What would move the cursor, write to the clipboard or turn the direction of reading. */
const ACTS = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u;

/** Spread over all properties: each that has a turn is another one. */
function some(all: readonly Damage[]): Damage[] {
  const step = all.length / CASES;
  return Array.from({ length: CASES }, (_, at) => all[Math.floor(at * step)]).filter(each => each !== undefined);
}

test('whatever is in a property of the ledger, every command ends with an answer or with what to do', async context => {
  const setup = await startFourDays(12);
  context.after(() => setup.stop());
  await setup.work();
  const settings = ['--settings', setup.settingsFile];
  const told = async (argv: readonly string[]) => {
    let text = '';
    const write = (line = '') => {
      text += linesFor(line, undefined, false);
    };
    const out: Output = {
      line: write,
      note: write,
      json: value => {
        text += jsonText(value, 2);
      },
      progress: () => {},
      paint: (_, plain) => plain,
      interactive: false,
      confirm: async () => false,
    };
    return { code: await run([...argv, ...settings], out), text };
  };
  for (const { partitionKey, rowKey, property, value } of some(damages(PSTN, D, SEED, 10))) {
    const about = `${rowKey}.${property} = ${String(JSON.stringify(value)).slice(0, 60)}`;
    const before = await setup.table.getEntity(partitionKey, rowKey).catch(() => undefined);
    await setup.table.upsertEntity({ partitionKey, rowKey, [property]: value }, 'Merge');
    const proof = [
      'prove',
      '--from',
      D[0] ?? '',
      '--to',
      D.at(-1) ?? '',
      '--out',
      join(setup.folder, `${crypto.randomUUID()}.json`),
    ];
    for (const argv of [...COMMANDS, proof]) {
      const { code, text } = await told(argv);
      assert.ok(code === 0 || text !== '', `${about}: ${argv.join(' ')} says why it ends with ${code}`);
      assert.doesNotMatch(text, /\n\s+at |worker\.bug/, `${about}: ${argv.join(' ')}`);
      assert.doesNotMatch(text, ACTS, `${about}: ${argv.join(' ')}`);
    }
    const { code, text } = await told(['show', SMS, D1]);
    assert.deepEqual([code, text.split('\n')[0]], [0, `${SMS} ${D1}: open`], `${about}: the other log`);
    if (before === undefined) await setup.table.deleteEntity(partitionKey, rowKey);
    else await setup.table.updateEntity({ ...before, partitionKey, rowKey }, 'Replace');
  }
});
