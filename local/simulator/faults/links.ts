import type { Fault, Occasion } from './fault.ts';

/** A page link that must not be followed. It is written on the last page as well. */
function badLink(meaning: string, link: (next: string, occasion: Occasion) => string): Fault {
  return {
    meaning,
    recovery: 'refuse',
    passing: false,
    source: 'graph',
    page: (page, occasion) => {
      page.link = JSON.stringify(link(occasion.linkTo(occasion.skip + occasion.take), occasion));
    },
  };
}

const ACCEPT = { recovery: 'accept', passing: true, source: 'graph' } as const;

/** Of `empty-pages`. */
const EMPTY_PAGES = 6;

/** A link that is spelled in another way and leads to the next page all the same. */
function goodLink(meaning: string, link: (next: string, occasion: Occasion) => string): Fault {
  return {
    ...ACCEPT,
    meaning,
    page: (page, occasion) => {
      if (page.link !== undefined) page.link = JSON.stringify(link(JSON.parse(page.link), occasion));
    },
  };
}

/** A link whose JSON text is no link at all. */
function noLink(meaning: string, text: string): Fault {
  return {
    meaning,
    recovery: 'refuse',
    passing: false,
    source: 'graph',
    page: page => {
      page.link = text;
    },
  };
}

function withHost(link: string, host: string): string {
  return link.replace(/^http:\/\/[^/]+/, `http://${host}`);
}

function foreignHost(occasion: Occasion): string {
  return new URL(occasion.foreignUrl).host;
}

/** Faults of `@odata.nextLink`. */
export const LINK_FAULTS = {
  'link-repeats': badLink('the link names its own page', (_, occasion) => occasion.address),
  'link-to-first-page': badLink('the link of every page names the first', (_, occasion) => occasion.linkTo(0)),
  'link-other-host': badLink('the link names another host', (next, occasion) => withHost(next, foreignHost(occasion))),
  'link-other-port': badLink('the link names another port of the same host', (next, occasion) =>
    withHost(next, `${new URL(occasion.origin).hostname}:${new URL(occasion.foreignUrl).port}`),
  ),
  'link-other-scheme': badLink('the link has another scheme', next => next.replace(/^http:/, 'https:')),
  'link-other-path': badLink(
    'the link names another resource of the same host',
    (_, { origin, api }) => `${origin}/${api}/users?$skip=1000`,
  ),
  'link-other-version': badLink('the link names the other version of the API', (next, { origin, api }) =>
    next.replace(`${origin}/${api}/`, `${origin}/${api === 'beta' ? 'v1.0' : 'beta'}/`),
  ),
  'link-dot-segments': badLink(
    'the link leaves the path with encoded dots (%2e%2e)',
    (_, { origin, api }) => `${origin}/${api}/communications/callRecords/%2e%2e/%2e%2e/users?$skip=1000`,
  ),
  'link-credentials': badLink('the link carries a user and a password', next => next.replace('//', '//user:secret@')),
  'link-host-as-user': badLink('the right host is only the user name before another host', (next, occasion) =>
    withHost(next, `${new URL(occasion.origin).host.replace(':', '%3A')}@${foreignHost(occasion)}`),
  ),
  'link-protocol-relative': badLink('the link has no scheme: two slashes and another host', (next, occasion) =>
    withHost(next, foreignHost(occasion)).replace(/^http:/, ''),
  ),
  'link-backslashes': badLink('the link is written with backslashes and another host', (next, occasion) =>
    withHost(next, foreignHost(occasion)).replace('http://', 'http:\\\\'),
  ),
  'link-fullwidth': badLink('the link names another host, in fullwidth letters', next =>
    withHost(next, 'ｅｖｉｌ.example'),
  ),
  'link-trailing-dot': badLink('the host of the link ends with a dot', (next, { origin }) =>
    withHost(next, new URL(origin).host.replace(/(:\d+)$/, '.$1')),
  ),
  'link-number': noLink('the link is a number', '1000'),
  'link-empty': noLink('the link is an empty string', '""'),
  'link-null': {
    meaning: 'the last page has a link that is null, which means none',
    recovery: 'accept',
    passing: false,
    source: 'graph',
    page: page => {
      page.link ??= 'null';
    },
  },
  'link-not-a-link': noLink('the link cannot be read as an address', '"http://[::1"'),
  'link-relative': goodLink('the link has no host and stays inside the path', (link, { origin }) =>
    link.replace(origin, ''),
  ),
  'link-query-only': goodLink('the link is only a query', link => link.slice(link.indexOf('?'))),
  'link-service-relative': goodLink(
    'the link is relative to the root of the service, as OData allows',
    (link, { origin, api }) => link.replace(`${origin}/${api}/`, ''),
  ),
  'link-lower-case': goodLink('the path of the link is in small letters', link => {
    const at = link.indexOf('?');
    return link.slice(0, at).replace(/^[^(]+/, path => path.toLowerCase()) + link.slice(at);
  }),
  'link-upper-case': goodLink('version, path and function of the link are in capitals', (link, { origin }) =>
    link.replace(/^[^(]+/, path => origin + path.slice(origin.length).toUpperCase()),
  ),
  'link-parameterless': goodLink('the link has the function without its arguments, and a token', link =>
    link.replace(
      /\((.*)\)\?\$skip=(\d+)$/,
      (_, args: string, skip: string) => `?$skiptoken=${skip}:${encodeURIComponent(args)}`,
    ),
  ),
  'link-raw-hash': goodLink('a raw # stands in the query of the link', link =>
    link.replace('?', '?$marker=RID:~a#RT:1#TRC:2&'),
  ),
  'link-raw-blank': goodLink('raw blanks and backslashes stand in the query of the link', link =>
    link.replace('?', '?$marker=a b\\c&'),
  ),
  'link-name-case': {
    ...ACCEPT,
    meaning: 'the link is named @odata.NextLink, as in the prose of the documentation',
    page: page => {
      page.linkName = '@odata.NextLink';
    },
  },
  'link-name-plain': {
    ...ACCEPT,
    meaning: 'the link is named nextLink',
    page: page => {
      page.linkName = 'nextLink';
    },
  },
  'link-twice': {
    ...ACCEPT,
    recovery: 'retry',
    meaning: 'two links under two names lead to different pages',
    page: (page, { linkTo, skip, take }) => {
      page.link = JSON.stringify(linkTo(skip + take));
      page.more.push(['nextLink', JSON.stringify(linkTo(skip + 2 * take))]);
    },
  },
  'link-elsewhere': {
    ...ACCEPT,
    recovery: 'retry',
    meaning: 'the link stands in another member: "_links":{"next":{"href":…}}',
    page: (page, { linkTo, skip, take }) => {
      page.link = undefined;
      page.more.push(['_links', JSON.stringify({ self: {}, next: { href: linkTo(skip + take) } })]);
    },
  },
  'empty-pages': {
    ...ACCEPT,
    meaning: `${EMPTY_PAGES} pages without rows, each with a link to the next, then the rows`,
    page: (page, { address, linkTo, skip }) => {
      const [, before = '0'] = /[?&]\$empty=(\d+)/.exec(decodeURIComponent(address)) ?? [];
      if (Number(before) >= EMPTY_PAGES) return;
      page.rows = [];
      page.count = '0';
      page.link = JSON.stringify(`${linkTo(skip)}&$empty=${Number(before) + 1}`);
    },
  },
  'empty-page': {
    ...ACCEPT,
    meaning: 'a page without rows, with a link to the rows',
    page: (page, occasion) => {
      page.rows = [];
      page.count = '0';
      page.link = JSON.stringify(`${occasion.linkTo(occasion.skip)}&$skiptoken=${occasion.turn}`);
    },
  },
  'empty-last-page': {
    ...ACCEPT,
    meaning: 'the page with the last rows has a link, to a page without rows and without a link',
    page: (page, occasion) => {
      if (page.rows.length > 0) page.link ??= JSON.stringify(occasion.linkTo(occasion.skip + occasion.take));
    },
  },
} as const satisfies Record<string, Fault>;
