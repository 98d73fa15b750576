import { systemClock } from '../../shared/clock.ts';
import { compose, LEDGER_TABLE } from '../../shared/compose.ts';
import { readConfig } from '../../shared/config.ts';
import { freshEntry, queued } from '../../shared/entry.ts';
import { fetchDay } from '../../shared/fetch.ts';
import { FETCH_LIMITS } from '../../shared/pages.ts';
import { storageClients } from '../../shared/stores/clients.ts';
import { ensureLake } from '../../shared/stores/lake.ts';
import type { Report } from '../../shared/telemetry.ts';
import type { Open } from './contender.ts';

const DATASET = 'teams-pstn-calls';

/** Landline: the real fetch and commit, with ledger, guards, checkpoints and conditional writes. */
export const open: Open = async ({ connectionString, graph }) => {
  const clients = storageClients({ connectionString });
  await clients.table(LEDGER_TABLE).createTable();
  await ensureLake(clients.blobs);
  const config = readConfig({
    AzureWebJobsStorage: connectionString,
    LANDLINE_CREDENTIAL: 'simulator',
    LANDLINE_GRAPH_URL: graph,
    LANDLINE_DATASETS: DATASET,
  });
  const parts = compose(config);
  const datasets = new Map(config.datasets.map(dataset => [dataset.name, dataset]));
  let trouble = '';
  const report: Report = (event, fields) => {
    if ('message' in fields) trouble = `${event}: ${fields.message}`;
  };
  const ports = { ...parts, datasets, clock: systemClock, limits: FETCH_LIMITS, report };
  return async day => {
    const entry = queued(freshEntry(DATASET, day, Date.now()), Date.now(), undefined);
    await parts.ledger.putDay(entry, undefined);
    const outcome = await fetchDay({ dataset: DATASET, day, ticket: entry.work.ticket }, ports);
    if (outcome !== 'landed') throw new Error(`${day} ended as "${outcome}". ${trouble}`);
    return (await parts.lake.head(DATASET, day))?.receipt.rows ?? 0;
  };
};
