import { startAzurite } from './azurite.ts';
import { startHost } from './host.ts';
import { startSimulator } from './simulator/index.ts';
import { storageClients } from '../shared/stores/clients.ts';
const az = await startAzurite();
const sim = await startSimulator({ seed: 1, rows: 1500 });
const c = storageClients({ connectionString: az.connectionString });
await c.table('landline').createTable();
await c.queue('landline-fetch').createIfNotExists(); await c.queue('landline-fetch-poison').createIfNotExists();
for (const n of ['raw','history','curated']) await c.blobs.getContainerClient(n).createIfNotExists();
const t0 = Date.now();
const host = await startHost({ root: process.cwd(), files: ['functions/plan.ts','functions/fetch.ts','functions/poison.ts'], connectionString: az.connectionString,
  settings: { AzureWebJobsStorage: az.connectionString, PLAN_SCHEDULE: '*/5 * * * * *', LANDLINE_CREDENTIAL: 'simulator', LANDLINE_GRAPH_URL: sim.graphUrl, LANDLINE_VOXIMPLANT_URL: sim.voximplantUrl, LANDLINE_VOXIMPLANT_KEY: process.argv[2] ? JSON.stringify((sim.account as any).keyFile ?? sim.account) : '', LANDLINE_HISTORY_DAYS: '14' },
  log: l => { if (l.category !== 'host' && !/day (queued|claimed)|plan made/.test(l.message)) console.log(l.message.slice(0, 300)); else if (l.level==='error') console.log(l) } });
await host.runTimer('plan');
await host.drain();
console.log('ms', Date.now() - t0, sim.counters);
console.log(Object.keys(sim.account));
await host.stop(); await sim.stop(); await az.stop();
