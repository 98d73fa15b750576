import { app } from '@azure/functions';
import { curateMessage } from '../shared/handlers.ts';
import { CURATE_QUEUE } from '../shared/storage-names.ts';

/** One message, one day: its partition as one Parquet file. */
app.storageQueue('curate', {
  queueName: CURATE_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: async (entry, context) => {
    await curateMessage(entry, context);
  },
});
