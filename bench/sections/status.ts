import { figure, type Table } from '../figures.ts';
import type { Bench } from '../measure.ts';
import { statusSeconds } from '../status.ts';

/** `landline status`, and the reads of the ledger behind it, over ten years of every log in the emulator. */
export async function status({ runs, say }: Bench): Promise<Table[]> {
  const { command, days } = await statusSeconds(runs);
  say('status: ten years');
  const rows = [
    { what: 'landline status, the whole process', figures: { seconds: figure(command, 2) } },
    { what: 'reading all days, as the planner does', figures: { seconds: figure(days, 2) } },
  ];
  return [{ title: 'looking at ten years × 7 logs, from the emulator', rows }];
}
