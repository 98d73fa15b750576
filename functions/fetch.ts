import { app } from '@azure/functions';
import { FETCH_QUEUE, fetchMessage } from '../shared/compose.ts';

/** One message, one day: read from its source and landed. */
app.storageQueue('fetch', {
  queueName: FETCH_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (entry, context) => fetchMessage(entry, context),
});
