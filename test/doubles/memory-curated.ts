import type { CuratedFile, CuratedLabel, CuratedStore } from '../../shared/curate/ports.ts';
import { between, type Hooks } from './hooks.ts';
import { inChunks } from './memory-lake.ts';

/** The curated files of a memory, for looking at. */
export interface MemoryCurated extends CuratedStore {
  readonly files: ReadonlyMap<string, { readonly bytes: Buffer; readonly label: CuratedLabel; readonly etag: string }>;
}

export function memoryCurated(hooks: Hooks = {}): MemoryCurated {
  const files = new Map<string, { bytes: Buffer; label: CuratedLabel; etag: string }>();
  let writes = 0;
  return {
    files,
    head: path =>
      between(hooks, `curated.head ${path}`, (): CuratedFile | undefined => {
        const found = files.get(path);
        return found && { etag: found.etag, label: { ...found.label } };
      }),
    async write(path, content, replaces) {
      const stretches: Uint8Array[] = [];
      let next = await content.next();
      for (; !next.done; next = await content.next()) stretches.push(Buffer.from(next.value));
      const label = next.value;
      return between(hooks, `curated.write ${path}`, () => {
        if (files.get(path)?.etag !== replaces) return 'superseded';
        writes += 1;
        files.set(path, { bytes: Buffer.concat(stretches), label: { ...label }, etag: `"${writes}"` });
        return 'written';
      });
    },
    read: path =>
      between(hooks, `curated.read ${path}`, () => {
        const found = files.get(path);
        return found && inChunks(found.bytes);
      }),
    async *list(prefix) {
      yield* [...files.keys()].filter(path => path.startsWith(prefix)).sort();
    },
  };
}
