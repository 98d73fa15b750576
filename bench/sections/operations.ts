import { type Operations, operationsOfDay, operationsOfIdleDay, PRICES, priceOf } from '../cost.ts';
import { figure, type Row, type Table } from '../figures.ts';

const PAGES = [0, 1, 20, 400];

/** Storage operations of a day, and what they cost. */
export async function operations(): Promise<Table[]> {
  const rows: Row[] = [];
  for (const pages of PAGES) rows.push(rowOf(`${pages} pages`, await operationsOfDay(pages)));
  rows.push(rowOf('idle: 288 ticks, 7 logs, a year', operationsOfIdleDay(288, 7, 365)));
  const note = `Prices per 10,000 operations, to be replaced by those of your region: ${JSON.stringify(PRICES)}`;
  return [{ title: 'storage operations of a day', note, rows }];
}

function rowOf(what: string, counts: Operations): Row {
  const { table, queue, blobWrite, blobRead } = counts;
  const figures = {
    table: figure(table),
    queue: figure(queue),
    'blob writes': figure(blobWrite),
    'blob reads': figure(blobRead),
    price: figure(priceOf(counts), 6),
  };
  return { what, figures };
}
