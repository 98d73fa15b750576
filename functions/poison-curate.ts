import { app } from '@azure/functions';
import { CURATE_POISON_QUEUE, poisonCurateMessage } from '../shared/compose.ts';

/** Curations that the host gave up on: told, and still owed. Never throws. */
app.storageQueue('poison-curate', {
  queueName: CURATE_POISON_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (entry, context) => poisonCurateMessage(entry, context),
});
