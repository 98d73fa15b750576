interface Released {
  /** The section of the changelog. */
  readonly notes: string;
  readonly version: string;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** Name of the package's file, and its SHA-256 in hexadecimal. */
  readonly zip: string;
  readonly digest: string;
}

/** Where the files of a release can be read without a sign-in, when the repository is public. */
export function packageUrlOf({ repository, version, zip }: Pick<Released, 'repository' | 'version' | 'zip'>): string {
  return `https://github.com/${repository}/releases/download/v${version}/${zip}`;
}

/** What stands on the page of a release: what is new, how it is installed, and how its files are verified. */
export function releaseNotes(released: Released): string {
  const { notes, version, repository, zip, digest } = released;
  const docs = `https://github.com/${repository}/blob/v${version}/docs`;
  return `${notes.replaceAll(/\]\((docs\/[^)]+)\)/g, `](https://github.com/${repository}/blob/v${version}/$1)`)}

## Install

${deployButton(repository, version)}

Or check out this tag and run \`azd up\`. [Deploying](${docs}/deploy.md) describes both ways, and how to update an app that is
installed.

## Verify

| | |
|---|---|
| Package | [\`${zip}\`](${packageUrlOf(released)}) |
| SHA-256 | \`${digest}\` |
| Made by this repository's release workflow | \`gh attestation verify ${zip} --repo ${repository}\` |
| What is in it | \`landline.cdx.json\`, in CycloneDX |
`;
}

/** The portal loads the template from the tag that the release workflow made for it. */
function deployButton(repository: string, version: string): string {
  const template = `https://raw.githubusercontent.com/${repository}/template-v${version}/main.json`;
  const portal = `https://portal.azure.com/#create/Microsoft.Template/uri/${encodeURIComponent(template)}`;
  return `[![Deploy to Azure](https://aka.ms/deploytoazurebutton)](${portal})`;
}
