import { app } from '@azure/functions';
import { onPoisonCurate } from '../shared/handlers.ts';
import { CURATE_POISON_QUEUE } from '../shared/storage-names.ts';

/** Curations that the host gave up on: told, and still owed. Never throws. */
app.storageQueue('poison-curate', {
  queueName: CURATE_POISON_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (received, context) => onPoisonCurate(received, context),
});
