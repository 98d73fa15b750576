import { app } from '@azure/functions';
import { onPoison } from '../shared/app/triggers.ts';
import { POISON_QUEUE } from '../shared/words/storage-names.ts';

/** Fetches that the host gave up on: noted in the ledger, and owed again. Never throws. */
app.storageQueue('poison', {
  queueName: POISON_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (received, context) => onPoison(received, context),
});
