import { startSimulator } from '../local/simulator/index.ts';

const DATASET = 'teams-pstn-calls';

const ROWS_A_DAY = 10_000;

/** So many lines of the simulator, one row each: as varied as real ones, which those of the bench server are not. */
export async function* variedLines(count: number): AsyncGenerator<string> {
  const now = () => Date.parse('2026-03-01T00:00:00Z');
  const simulator = await startSimulator({ seed: 9, rows: ROWS_A_DAY, now });
  try {
    let left = count;
    for (let day = 5; left > 0; day++) {
      const name = new Date(Date.UTC(2024, 0, day)).toISOString().slice(0, 10);
      if (simulator.countRows(DATASET, name) === 0) continue;
      for (const row of simulator.eachRow(DATASET, name)) if (left-- > 0) yield `${row}\n`;
    }
  } finally {
    await simulator.stop();
  }
}
