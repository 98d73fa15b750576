import { hasCome, isFarAhead } from '../words/day.ts';
import { LandlineError } from '../words/errors.ts';
import type { Gate } from '../words/ledger.ts';
import type { Dataset } from '../words/model.ts';
import type { Clock, Ledger } from '../words/ports.ts';

/** The gate of a source: whoever is told to wait closes it, and every worker of the source stays behind it. */

/** @throws LandlineError, remedy `wait`, while the gate of the dataset's source is closed */
export async function refuseBeforeGate(dataset: Dataset, ledger: Ledger, clock: Clock): Promise<void> {
  const gate = (await ledger.gate(dataset.source))?.value;
  if (gate === undefined || hasCome(Date.parse(gate.notBefore), clock.now())) return;
  const message = `The source ${dataset.source} is left alone until ${gate.notBefore}, as it asked.`;
  throw new LandlineError({ reason: gate.reason, remedy: 'wait', message, until: gate.notBefore });
}

/** Closes the gate until `gate.notBefore`, unless it is closed for longer already. */
export async function closeGate(ledger: Ledger, gate: Gate, now: number): Promise<void> {
  for (;;) {
    const found = await ledger.gate(gate.source);
    const believed = found !== undefined && !isFarAhead(Date.parse(found.value.notBefore), now);
    if (believed && found.value.notBefore >= gate.notBefore) return;
    if ((await ledger.putGate(gate, found?.etag)) !== undefined) return;
  }
}
