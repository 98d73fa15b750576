import { app } from '@azure/functions';
import { onFetch } from '../shared/app/triggers.ts';
import { FETCH_QUEUE } from '../shared/words/storage-names.ts';

/** One message, one day: read from its source and landed. */
app.storageQueue('fetch', {
  queueName: FETCH_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (received, context) => onFetch(received, context),
});
