import fc from 'fast-check';

/**
 * Links that a source may send and nobody may follow. Every one of them leads somewhere else, hides something, or is
 * no link; none differs from a good one only in ways that change nothing.
 */

/** Where a good link leads. */
export const PATH = '/v1.0/communications/callRecords/getPstnCalls(fromDateTime=2026-03-10,toDateTime=2026-03-11)';
const FOLDER = '/v1.0/communications/callRecords';

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const query = fc.nat(1_000_000).map(skip => `?$skip=${skip}`);
const goodPath = query.map(text => PATH + text);
const text = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map(all => all.join(''));
const only = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const SCHEME = only('http://', 'HTTP://', 'hTTp://', 'https://', 'HTTPS://');

/** What browsers, and some parsers, take for the two slashes before a host. */
const SLASHES = [
  ...['//', '\\\\', '/\\', '\\/', '///', '////', '\\\\\\'],
  ...['/\t/', '/\n/', '/\r\n/', '\t//', ' //'],
] as const;

/** Any of these, anywhere before its question mark, is one too many, although the link stays on its host. */
const HIDDEN = [
  ...['#x', '\\', '%2f', '%2F', '%5c', '%2e%2e', '%2E', '%00'],
  ...[' ', '\t', '\n', '\r', '\u00a0', '\u3000', '\ufeff', '\u2028'],
] as const;

/** The ways in which a link names the other server, and hosts that look like one that is trusted. */
function otherHost(here: string, port: number): fc.Arbitrary<string> {
  const loopback = [
    ...['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', '[::ffff:127.0.0.1]', '127.0.0.1.', 'localhost.'],
    ...['127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0'],
    ...['１２７.0.0.1', '127。0。0。1', 'ｌocalhost', '127.0.0.1%2e', '%31%32%37.0.0.1'],
  ];
  return fc.oneof(
    { weight: 12, arbitrary: only(...loopback).map(name => `${name}:${port}`) },
    word.map(name => `127.0.0.1.${name}.example:${port}`),
    word.map(name => `${here}.${name}.example`),
    word.map(name => `graph.microsoft.com.${name}.example`),
    word.map(name => `${name}graph.microsoft.com`),
    // The first two have a Cyrillic letter.
    only('grаph.microsoft.com', 'graph.mіcrosoft.com', 'xn--grph-43d.microsoft.com', 'graph.microsoft.com'),
  );
}

/** The right host, and something else than the log. */
const OTHER_PATH = fc.oneof(
  only(
    ...['/', '/v1.0/users', '/v1.0/me/messages', `//${PATH}`, `/v1.0/${PATH}`],
    ...[`/beta${PATH.slice(5)}`, `/v1.00${PATH.slice(5)}`, `/v1.0;x${PATH.slice(5)}`],
    ...[
      `${FOLDER}/getPstnCalls/`,
      `${FOLDER}/getPstnCalls;x`,
      `${FOLDER}/getPstnCallsX(a)`,
      `${FOLDER}/getSmsLog(a)`,
      `${FOLDER}/other.getPstnCalls(a)`,
    ],
    ...[`${FOLDER}/getPstnCalls(a)/$batch`, `${FOLDER}/getPstnCalls(a)/../../../../users`],
    ...[`${FOLDER}/../../users`, `${FOLDER}/./../callRecords/../../users`],
    ...[`${FOLDER}/%2e%2e/%2e%2e/users`, `${FOLDER}/..%2f..%2fusers`],
  ),
  word.map(name => `/v1.0/${name}`),
  word.map(name => `${FOLDER}/get${name}(a)`),
  word.map(name => `${PATH}/${name}`),
);

/** @param origin of the source that sends them. @param port of another server on this machine */
export function hostileLinks(origin: string, port: number): fc.Arbitrary<string> {
  const { host, hostname } = new URL(origin);
  const other = otherHost(host, port);
  const user = fc.oneof(
    text(word, only('@', ':word@')),
    only(`${host}@`, `${hostname}%3a80@`, 'graph.microsoft.com@', 'x@@'),
  );
  const schemes = [
    'http:',
    'https:',
    'ws:',
    'ftp:',
    'file:',
    'javascript:',
    'data:',
    'blob:http:',
    'view-source:http:',
  ];
  const ports = ['', ':', ':0', ':80', ':443', `:${port}`, ':65536', ':-1', ': 1'];
  const up = ['../', '../../', './../', '..\\', '%2e%2e/', '/..//', 'x/'];
  const none = [
    'http:',
    'http://',
    'http:///',
    'http://[',
    'http://[::1',
    '//',
    '://',
    'about:blank',
    '?',
    '#',
    '.',
    '..',
  ];
  const broken = fc.tuple(goodPath, fc.nat(), only(...HIDDEN)).map(([path, at, piece]) => {
    // What stands behind the question mark is a value, and encoded if it has to be.
    const end = path.indexOf('?');
    const place = 1 + (at % (end - 1));
    return origin + path.slice(0, place) + piece + path.slice(place);
  });
  return fc.oneof(
    { weight: 5, arbitrary: text(SCHEME, other, goodPath) },
    { weight: 4, arbitrary: text(SCHEME, user, fc.oneof(other, only(host)), goodPath) },
    { weight: 4, arbitrary: text(only(...SLASHES), other, goodPath) },
    { weight: 3, arbitrary: text(only(...schemes), only(...SLASHES), other, goodPath) },
    { weight: 2, arbitrary: text(only(`http://${hostname}`), only(...ports), goodPath) },
    { weight: 1, arbitrary: text(only(`https://${host}`), goodPath) },
    { weight: 4, arbitrary: text(only(origin, ''), OTHER_PATH, query) },
    // Without a host, a query alone would be the page's own.
    { weight: 1, arbitrary: text(only(origin), query) },
    { weight: 3, arbitrary: broken },
    { weight: 2, arbitrary: text(only(...up), word) },
    { weight: 1, arbitrary: only(...none, `//${host}@127.0.0.1:${port}/`) },
  );
}
