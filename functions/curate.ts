import { app } from '@azure/functions';
import { onCurate } from '../shared/handlers.ts';
import { CURATE_QUEUE } from '../shared/storage-names.ts';

/** One message, one day: its partition as one Parquet file. */
app.storageQueue('curate', {
  queueName: CURATE_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (received, context) => onCurate(received, context),
});
