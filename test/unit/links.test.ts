import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import type { SourceResponse } from '../../shared/sources/http/send.ts';
import { linkIn, refuseLinkHeader, trustedLink } from '../../shared/sources/links.ts';
import { LandlineError } from '../../shared/words/errors.ts';

const ORIGIN = 'https://graph.microsoft.com';
const BASE = `${ORIGIN}/v1.0/communications/callRecords/`;
const GOOD = `${BASE}getPstnCalls(from=2026-01-01,to=2026-01-02)?$skip=1000`;

const trust = (link: string) => trustedLink(link, ORIGIN, teamsPstnCalls);

test('links as the provider publishes them are followed unchanged', () => {
  const links = [
    GOOD,
    `${BASE}getPstnCalls(fromDateTime=2026-01-01T00:00:00Z,toDateTime=2026-01-02T00:00:00Z)?$skip=1000`,
    `${BASE}getPstnCalls(fromDateTime=2026-01-01T00%3A00%3A00Z,toDateTime=2026-01-02)?$skiptoken=a%2Bb`,
    `${BASE}getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-01-02)?$skiptoken=a%2Fb%5C%2e%3D%3D`,
    `${BASE}microsoft.graph.callRecords.getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-01-02)?$skip=1000`,
  ];
  for (const link of links) assert.equal(trust(link).href, link);
});

test('the same function is followed however it is spelled', () => {
  const rest = '(from=2026-01-01,to=2026-01-02)?$skip=1000';
  for (const [link, address] of [
    [`${BASE.toLowerCase()}getpstncalls${rest}`, `${BASE.toLowerCase()}getpstncalls${rest}`],
    [`${ORIGIN}/V1.0/Communications/CallRecords/GETPSTNCALLS${rest}`, undefined],
    [`HTTPS://GRAPH.MICROSOFT.COM:443/v1.0/communications/callRecords/getPstnCalls${rest}`, GOOD],
    [`${BASE}getPstnCalls?$skiptoken=x`, undefined],
    [`${BASE}getPstnCalls()?$skiptoken=x`, undefined],
    [`/v1.0/communications/callRecords/getPstnCalls${rest}`, GOOD],
    [`v1.0/communications/callRecords/getPstnCalls${rest}`, GOOD],
    [`communications/callRecords/getPstnCalls${rest}`, GOOD],
    [`getPstnCalls${rest}`, GOOD],
    [`${ORIGIN}/v1.0/%63ommunications/callRecords/get%50stn%43alls${rest}`, undefined],
    [`//graph.microsoft.com/v1.0/communications/callRecords/getPstnCalls${rest}`, GOOD],
  ] as const)
    assert.equal(trust(link).href, address ?? link, link);
  assert.equal(trustedLink('?$skip=2000', ORIGIN, teamsPstnCalls, new URL(GOOD)).href, GOOD.replace('1000', '2000'));
});

test('what stands raw behind the question mark is encoded', () => {
  const call = `${BASE}getPstnCalls(from=2026-01-01,to=2026-01-02)`;
  for (const [raw, encoded] of [
    ['$skiptoken=RID:~a#RT:1#TRC:2', '$skiptoken=RID:~a%23RT:1%23TRC:2'],
    ['$skiptoken=a b\tc', '$skiptoken=a%20b%09c'],
    ['$skiptoken=a\\b|c"d', '$skiptoken=a%5Cb%7Cc%22d'],
    ['$skiptoken=é＃', '$skiptoken=%C3%A9%EF%BC%83'],
    ['$skiptoken=a+b/c?d=%2B&$top=5', '$skiptoken=a+b/c?d=%2B&$top=5'],
    ['$skip=1000\n', '$skip=1000'],
  ] as const)
    assert.equal(trust(`${call}?${raw}`).href, `${call}?${encoded}`);
});

test('the next link is found by any of its names, and two that differ are refused', () => {
  for (const name of ['@odata.nextLink', '@odata.NextLink', '@nextLink', 'odata.nextLink', 'nextLink', 'NEXTLINK'])
    assert.equal(linkIn(new Map([[name, GOOD]]), teamsPstnCalls), GOOD, name);
  const two = (one: string, other: string) =>
    new Map([
      ['@odata.nextLink', one],
      ['nextLink', other],
    ]);
  assert.equal(linkIn(two(GOOD, GOOD), teamsPstnCalls), GOOD);
  const refused = { name: 'LandlineError', reason: 'page.bad_json', remedy: 'retry' };
  assert.throws(() => linkIn(two(GOOD, `${GOOD}0`), teamsPstnCalls), refused);
  for (const odd of [1, true, '', {}, []])
    assert.throws(() => linkIn(new Map([['@odata.nextLink', odd]]), teamsPstnCalls), refused, JSON.stringify(odd));
  for (const none of [null, false])
    assert.equal(linkIn(new Map([['@odata.nextLink', none]]), teamsPstnCalls), undefined);
  for (const name of ['__next', 'next', '@odata.next', 'nextPage', 'next_page_url', 'nextPageToken', 'value.nextLink'])
    assert.throws(() => linkIn(new Map([[name, GOOD]]), teamsPstnCalls), refused, name);
  for (const name of ['@odata.skipToken', '$skiptoken', 'continuationToken', 'continuation_token', 'x-continuation'])
    assert.throws(() => linkIn(new Map([[name, 'x']]), teamsPstnCalls), refused, name);
  for (const [name, value] of Object.entries({
    _links: { self: { href: 'x' }, next: { href: GOOD } },
    links: [
      { rel: 'self', href: 'x' },
      { rel: 'next', href: GOOD },
    ],
    paging: { next: GOOD },
    meta: { pagination: { nextPageToken: 'x' } },
    page: { continuationToken: 'x' },
  }))
    assert.throws(() => linkIn(new Map([[name, value]]), teamsPstnCalls), refused, name);
  for (const name of ['@odata.context', 'context', 'nextDay', 'hasNext', 'cursor', 'skipTokenUsed'])
    assert.equal(linkIn(new Map([[name, 'x']]), teamsPstnCalls), undefined, name);
  for (const last of [{ next: null }, { next: '' }, { self: 'x' }, { nextDay: 'x' }, [{ rel: 'prev' }], [], 7])
    assert.equal(linkIn(new Map([['paging', last]]), teamsPstnCalls), undefined, JSON.stringify(last));
});

test('a link to the next page in a header is refused, and other links there are not', () => {
  const inHeader = (value: string | undefined) => () =>
    refuseLinkHeader({ header: () => value } as unknown as SourceResponse, teamsPstnCalls);
  for (const next of [
    `<${GOOD}>; rel="next"`,
    `<${GOOD}>;rel=next`,
    '<a>; rel=prev, <b>; title="x"; REL = "last Next"',
  ])
    assert.throws(inHeader(next), { reason: 'page.bad_json', remedy: 'retry' }, next);
  const long = `<a>;rel=${' '.repeat(15_000)}`;
  for (const none of [
    undefined,
    '',
    long,
    ';rel='.repeat(3_000),
    '<a>; rel="preload"',
    '<next>; rel="prev"',
    '<a>; rel="nextgen"',
  ])
    inHeader(none)();
});

test('a link elsewhere is refused before anything is sent', () => {
  const links = [
    'https://graph.microsoft.com.evil.example/v1.0/communications/callRecords/getPstnCalls(a)',
    'http://graph.microsoft.com/v1.0/communications/callRecords/getPstnCalls(a)',
    'https://graph.microsoft.com:8443/v1.0/communications/callRecords/getPstnCalls(a)',
    'https://user:word@graph.microsoft.com/v1.0/communications/callRecords/getPstnCalls(a)',
    'https://graph.microsoft.com@evil.example/v1.0/communications/callRecords/getPstnCalls(a)',
    'https://graph.microsoft.com./v1.0/communications/callRecords/getPstnCalls(a)',
    '//evil.example/v1.0/communications/callRecords/getPstnCalls(a)',
    '\\\\evil.example\\x',
    `${ORIGIN}/beta/communications/callRecords/getPstnCalls(a)`,
    `${BASE}../../users`,
    `${BASE}%2e%2e/%2e%2e/users`,
    `${BASE}..%2f..%2fusers`,
    `${BASE}getPstnCalls(a)/../../../me`,
    `${BASE}getPstnCalls(a)/x`,
    `${BASE}getSmsLog(a)?$skip=1000`,
    `${BASE}getPstnCalls/`,
    `${BASE}getPstnCalls;x`,
    `${BASE}getPstnCalls#x?$skip=1`,
    `${BASE}getPstnCalls(a b)?$skip=1`,
    `${BASE}getPstnCalls(a)\\..\\users?$skip=1`,
    '?',
    '?$skip=1',
    'getSmsLog(a)?$skip=1',
    '/v1.0/users?x=getPstnCalls(a)',
    `${BASE}getPstnCalls(a)\n`,
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://ｇraph.microsoft.com.evil.example/',
    '',
  ];
  for (const link of links)
    assert.throws(
      () => trust(link),
      { name: 'LandlineError', reason: 'security.foreign_link', remedy: 'reject' },
      link,
    );
});

test('a refusal names no link', () => {
  assert.throws(
    () => trust('https://evil.example/secret-marker?token=secret-marker'),
    (thrown: unknown) => thrown instanceof LandlineError && !thrown.message.includes('secret-marker'),
  );
});

test('a refusal is short, however long the host is: the ledger has to hold it', () => {
  for (const link of [`https://${'a'.repeat(40_000)}.example/`, `${'a'.repeat(40_000)}://x`])
    assert.throws(
      () => trust(link),
      (thrown: unknown) => thrown instanceof LandlineError && thrown.message.length < 700,
    );
  const longest = `https://${'host.'.repeat(49)}example:8443`;
  assert.throws(
    () => trust(longest),
    (thrown: unknown) => thrown instanceof LandlineError && thrown.message.includes(`"${longest}"`),
  );
});

test('whatever is trusted leads to the configured origin, version and function', () => {
  const parts = [
    'https:',
    'http:',
    '//',
    '/',
    '\\',
    '@',
    ':',
    '..',
    '%2e',
    '%2f',
    '%5c',
    '.',
    'evil.example',
    '#',
    '?',
    ' ',
    '\t',
    'graph.microsoft.com',
    'v1.0',
    'beta',
    'communications',
    'callRecords',
    'getPstnCalls(',
    ')',
    'getSmsLog(',
    '$skip=1',
    'microsoft.graph.callRecords.',
    'ｅ',
    '\u0000',
    ';',
    '%00',
  ];
  const mutated = fc.oneof(
    fc.array(fc.constantFrom(...parts), { maxLength: 14 }).map(pieces => pieces.join('')),
    fc
      .tuple(fc.nat(GOOD.length), fc.constantFrom(...parts), fc.nat(12))
      .map(([place, piece, cut]) => GOOD.slice(0, place) + piece + GOOD.slice(place + cut)),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
  );
  fc.assert(
    fc.property(mutated, link => {
      let url: URL;
      try {
        url = trust(link);
      } catch (thrown) {
        assert.ok(thrown instanceof LandlineError);
        return;
      }
      assert.equal(url.origin, ORIGIN);
      assert.equal(url.username + url.password + url.hash, '');
      assert.match(
        url.pathname,
        /^\/v1\.0\/communications\/callRecords\/(microsoft\.graph\.callRecords\.)?getPstnCalls([(%][^/]*)?$/i,
      );
    }),
    { numRuns: 10_000 },
  );
});

test('a link that is too long to be stored is refused as a link, and not as a failure of storage', () => {
  const link = (bytes: number) =>
    `${ORIGIN}/v1.0/communications/callRecords/getPstnCalls?$skiptoken=${'y'.repeat(bytes)}`;
  assert.ok(trustedLink(link(10_000), ORIGIN, teamsPstnCalls));
  assert.throws(() => trustedLink(link(20_000), ORIGIN, teamsPstnCalls), /longer than an address may be/);
});
