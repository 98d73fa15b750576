/** Put in by the build (infra/build.ts); in sources that run as they are there is no such name. */
declare const LANDLINE_VERSION: string | undefined;

/** Which Landline this is: version of the package and commit, such as `0.1.0+9fceb02d0ae5`; of sources, `source`. */
export const VERSION: string = typeof LANDLINE_VERSION === 'undefined' ? 'source' : LANDLINE_VERSION;

/** Where the documents of this version can be read, put in by the build; unknown for sources, which have them beside. */
declare const LANDLINE_DOCS: string | undefined;

/** The address of a page of the documents, such as `operations.md#suspect`; `undefined` where it is not known. */
export function docsUrl(page: string): string | undefined {
  return typeof LANDLINE_DOCS === 'undefined' || LANDLINE_DOCS === '' ? undefined : `${LANDLINE_DOCS}/${page}`;
}
