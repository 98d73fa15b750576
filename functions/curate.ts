import { app } from '@azure/functions';
import { onCurate } from '../shared/app/triggers.ts';
import { CURATE_QUEUE } from '../shared/words/storage-names.ts';

/** One message, one day: its partition as one Parquet file. */
app.storageQueue('curate', {
  queueName: CURATE_QUEUE,
  connection: 'AzureWebJobsStorage',
  handler: (received, context) => onCurate(received, context),
});
