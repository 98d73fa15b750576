/** How a release is cut from CHANGELOG.md. Pure. */

const PENDING = 'Pending';

/** Why there can be no release; it says what to do. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
}

/**
 * What a release tells people.
 *
 * @param tag that the release is made for; absent while it is only tried, or still to be cut
 * @returns the text of the section, without its heading
 * @throws {ReleaseRefused} when the tag is not that of the version, or nothing is pending that could be released
 */
export function notesOf(changelog: string, version: string, tag?: string): string {
  if (tag !== undefined && tag !== `v${version}`)
    throw new ReleaseRefused(
      `The tag is ${tag}, and the version in package.json is ${version}: its tag would be v${version}. ` +
        'Set the version with npm version --no-git-tag-version, or tag the commit that has it.',
    );
  const pending = sectionOf(changelog, PENDING);
  const cut = sectionOf(changelog, version);
  if (pending !== '' && cut !== '')
    throw new ReleaseRefused(
      `CHANGELOG.md has a section ${version}, and more is Pending. Raise the version in package.json first.`,
    );
  if (pending !== '') return pending;
  // A commit that was tagged has its section under the version, and nothing pending.
  if (tag !== undefined && cut !== '') return cut;
  throw new ReleaseRefused(
    'Nothing is Pending in CHANGELOG.md. Write there what the person who runs Landline would notice.',
  );
}

/**
 * The changelog after the cut: what was pending stands under its version and day, and nothing is pending.
 *
 * @param day in UTC, such as `2026-01-31`
 */
export function cut(changelog: string, version: string, day: string): string {
  return changelog.replace(/^## Pending$/m, `## Pending\n\n## ${version} (${day})`);
}

/** The text under `## heading` or `## heading (day)`, up to the next heading of that level. */
function sectionOf(changelog: string, heading: string): string {
  const sections = changelog.replaceAll('\r\n', '\n').split(/^## /m).slice(1);
  const found = sections.find(section => (section.split('\n')[0] ?? '').replace(/ \(.*\)$/, '').trim() === heading);
  return found === undefined ? '' : found.slice(found.indexOf('\n')).trim();
}
