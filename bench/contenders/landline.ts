import { createPlaces } from '../../local/create-storage.ts';
import { compose } from '../../shared/app/compose.ts';
import { readConfig } from '../../shared/config/config.ts';
import { FETCH_LIMITS } from '../../shared/fetch/attempt.ts';
import { fetchDay } from '../../shared/fetch/fetch-day.ts';
import { freshEntry, queued } from '../../shared/ledger/entry.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import type { Day } from '../../shared/words/model.ts';
import type { EventFields, Report } from '../../shared/words/telemetry.ts';
import type { Open } from './contender.ts';

const DATASET = 'teams-pstn-calls';

/** Landline: the real fetch and commit, with ledger, guards, checkpoints and conditional writes. */
export const open: Open = async ({ connectionString, graph, warmUp, days }) => {
  const clients = storageClients({ connectionString });
  await createPlaces(clients);
  const config = readConfig({
    AzureWebJobsStorage: connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: graph,
    LANDLINE_DATASETS: DATASET,
  });
  const app = compose(config);
  const landed = new Map<Day, number>();
  let trouble = '';
  const report: Report = (event, fields) => {
    if ('message' in fields) trouble = `${event}: ${fields.message}`;
    if (event !== 'day landed') return;
    const { day = '', rows = 0 } = fields as EventFields<'day landed'>;
    landed.set(day, rows);
  };
  const ports = { ...app, limits: FETCH_LIMITS, report };
  const tickets = new Map<Day, number>();
  // A day is queued by the planner, before and elsewhere.
  for (const day of [warmUp, ...days]) {
    const entry = queued(freshEntry(DATASET, day, Date.now()), Date.now(), undefined);
    await app.ledger.putDay(entry, undefined);
    tickets.set(day, entry.work.ticket);
  }
  return async day => {
    const outcome = await fetchDay({ dataset: DATASET, day, ticket: tickets.get(day) ?? 0 }, ports);
    if (outcome !== 'landed') throw new Error(`${day} ended as "${outcome}". ${trouble}`);
    return landed.get(day) ?? 0;
  };
};
