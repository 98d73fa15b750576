import type { Dataset } from '../words/model.ts';

/** What could be read, in the order of the datasets, and what could not. */
export interface Each<T> {
  readonly read: readonly T[];
  readonly unread: readonly { readonly dataset: Dataset; readonly thrown: unknown }[];
}

/**
 * Reads something of each dataset, side by side. One that cannot be read hides no other.
 *
 * @throws what the first one threw, when none could be read: then it is not about one of them
 */
export async function eachDataset<T>(
  datasets: readonly Dataset[],
  reading: (dataset: Dataset) => Promise<T>,
): Promise<Each<T>> {
  const unread: { dataset: Dataset; thrown: unknown }[] = [];
  const settled = await Promise.all(
    datasets.map(async dataset => {
      try {
        return [await reading(dataset)];
      } catch (thrown) {
        unread.push({ dataset, thrown });
        return [];
      }
    }),
  );
  const [first] = unread;
  if (first !== undefined && unread.length === datasets.length) throw first.thrown;
  return { read: settled.flat(), unread };
}
