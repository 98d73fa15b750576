/** Put in by the build (infra/build.ts); in sources that run as they are there is no such name. */
declare const LANDLINE_VERSION: string | undefined;

/** Which Landline this is: version of the package and commit, such as `0.1.0+9fceb02d0ae5`; of sources, `source`. */
export const VERSION: string = typeof LANDLINE_VERSION === 'undefined' ? 'source' : LANDLINE_VERSION;
