import { app } from '@azure/functions';
import { onFetch } from '../shared/handlers.ts';
import { FETCH_QUEUE } from '../shared/storage-names.ts';

/** One message, one day: read from its source and landed. */
app.storageQueue('fetch', {
  queueName: FETCH_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (received, context) => onFetch(received, context),
});
