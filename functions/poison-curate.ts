import { app } from '@azure/functions';
import { onPoisonCurate } from '../shared/app/triggers.ts';
import { CURATE_POISON_QUEUE } from '../shared/words/storage-names.ts';

/** Curations that the host gave up on: told, and still owed. Never throws. */
app.storageQueue('poison-curate', {
  queueName: CURATE_POISON_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (received, context) => onPoisonCurate(received, context),
});
