import { app } from '@azure/functions';
import { CURATE_QUEUE, curateMessage } from '../shared/compose.ts';

/** One message, one day: its partition as one Parquet file. */
app.storageQueue('curate', {
  queueName: CURATE_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: async (entry, context) => {
    await curateMessage(entry, context);
  },
});
