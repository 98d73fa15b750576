import type { FaultName } from '../../local/simulator/index.ts';

/** Where each row of the tables of docs/sources.md and docs/promises.md is shown to be true of us. promises.test.ts checks that each place exists. */

/** A test by its title, a fault of faults.test.ts, or a place in the code for what is a fact of the design. */
export type Shown =
  | { readonly test: string }
  | { readonly fault: FaultName }
  | { readonly code: readonly [file: string, text: string] };

const test = (title: string): Shown => ({ test: title });
const fault = (...names: FaultName[]): Shown[] => names.map(name => ({ fault: name }));
const code = (file: string, text: string): Shown => ({ code: [file, text] });

export type Table = Readonly<Record<number, readonly Shown[]>>;

const CONSENT = test('the permission is missing: 403 with an empty message');

/** docs/sources.md, traps of Graph. */
export const GRAPH_TRAPS: Table = {
  1: [test('a row at midnight is in one partition only, and every row is in one')],
  2: [test('no request asks for what no page documents: no $top, no output, no time zone, one header of ours')],
  3: [...fault('count-missing', 'count-wrong'), test('a from=/to= link is followed unchanged')],
  4: [test('a from=/to= link is followed unchanged')],
  5: [test('whatever is trusted leads to the configured origin, version and function'), ...fault('link-other-host')],
  6: [test('empty pages are read through as long as their links are new'), ...fault('empty-page')],
  7: fault('link-repeats', 'link-to-first-page'),
  8: fault('value-missing', 'value-null'),
  9: [test('the SMS row outside its window is landed and counted')],
  10: [
    test('rows without an id are known by all of their bytes'),
    code('shared/datasets/teams-sms.ts', "key: ['id']"),
    code('shared/datasets/teams-pstn-calls.ts', "key: ['id']"),
    code('shared/datasets/teams-direct-routing-calls.ts', "key: ['id']"),
  ],
  11: [test('two reads agree, and the second changes nothing'), ...fault('odd-numbers')],
  12: [
    test('a row at midnight is in one partition only, and every row is in one'),
    code('shared/words/instants.ts', 'An instant to 100 ns'),
  ],
  13: [
    test('a row whose time is absent, of another zone, of year 1'),
    code('shared/datasets/teams-direct-routing-calls.ts', "eventTime: 'startDateTime'"),
  ],
  14: [test('a landed day is read again a day after each check until it has settled')],
  15: [...fault('row-inserted-between-pages'), test('rows that come twice are read again, and land marked')],
  16: [test('a cursor that is too old is not trusted')],
  17: [
    code('shared/datasets/teams-dialout-usage.ts', "overlap: 'none'"),
    code('shared/words/day.ts', 'T23:59:59.9999999Z'),
  ],
  18: [
    code('shared/datasets/teams-blocked-users.ts', "['remediationId', 'userBlockMode', 'blockDateTime', 'userId']"),
    test('an action of the blocked users keeps its key when its mode is spelled in another case'),
    code('docs/decisions/keys.md', '# Keys of rows are compared as bytes'),
  ],
  19: [test('a range of more than 90 days is refused with the reason'), ...fault('not-acceptable')],
  20: [test('Retry-After is read as seconds, a fraction of seconds, or a date, and never beyond an hour')],
  21: [
    test('a status that nobody has listed is what its class says'),
    test('what needs a person is tried once an hour'),
  ],
  // The bound is on days: why not on requests, as the trap has it, is a decision.
  22: [
    test('no more days of a source are in flight than the setting allows'),
    test('a closed gate keeps every worker of the source'),
    code('docs/decisions/one-queue-of-days.md', '**Days in flight are bounded, and requests are not counted.**'),
  ],
  23: [test('unknown fields, values and missing ones land as they came, and drift is told once')],
  24: [test('unknown fields, values and missing ones land as they came, and drift is told once')],
  25: [test('unknown fields, values and missing ones land as they came, and drift is told once')],
  26: [code('shared/datasets/teams-sms.ts', "api: 'beta'"), test('a beta version chosen by setting is the version of')],
  27: [test('each government cloud has its own host and scope'), test('the token is for another cloud')],
  28: [
    test('a from=/to= link is followed unchanged'),
    test('a read that was stopped goes on from each of its cursors'),
  ],
  29: [test('the newest day to ask for is yesterday, once yesterday is over for an hour')],
  30: [test('a link is told by its host alone, and an error by its code alone')],
};

const FORM = test('our client sends only published parameters, in the published form, and reads a day by them');
const WHOLE = test('two reads agree, and the second changes nothing');

/** docs/sources.md, traps of Voximplant. */
export const VOXIMPLANT_TRAPS: Table = {
  1: [test('every listed error code has the remedy of its class, in a 200 and in a 4xx')],
  2: fault('value-missing'),
  3: [test('rows lands whole'), ...fault('page-empty-before-end')],
  4: fault('row-inserted-between-pages', 'count-wrong', 'total-count-too-small', 'duplicate-row'),
  5: fault('total-count-too-large', 'page-empty-before-end', 'endless-pages'),
  6: [test('a row at midnight is in one partition only, and every row is in one'), FORM],
  7: [FORM],
  8: [test('Voximplant numbers land as they came'), code('shared/words/instants.ts', 'A time without a zone is UTC')],
  9: [WHOLE],
  10: [test('Voximplant numbers land as they came')],
  11: [test('a landed day is read again a day after each check until it has settled')],
  12: [test('Voximplant numbers land as they came')],
  13: [test('Voximplant numbers land as they came')],
  14: [code('shared/sources/voximplant-token.ts', 'USE_MS = 180_000')],
  15: [FORM, test('our clock is ahead of Voximplant’s')],
  16: [FORM],
  17: [test('the Voximplant key has the right id and is another one'), test('the Voximplant role lacks the history')],
  18: [FORM],
  19: [FORM],
  20: [FORM, ...fault('csv-answer')],
  21: [code('shared/datasets/voximplant-a2p-sms.ts', "call: 'A2PGetSmsHistory'"), WHOLE],
  22: [WHOLE, test('Voximplant numbers land as they came')],
  23: [test('every listed error code has the remedy of its class'), test('markup, formulas and control characters')],
  24: [test('an address that is not a plain https one is refused'), test('the simulator is for this machine only')],
  25: [...fault('error-rate-limit'), test('no more days of a source are in flight than the setting allows')],
};

/** docs/promises.md, failure modes. */
export const FAULT_MATRIX: Table = {
  1: [test('a host without an address is tried four times')],
  2: [
    test('a port that nobody listens on is tried four times'),
    test('a host that takes the connection and says nothing'),
  ],
  3: fault('connection-reset-mid-body'),
  4: fault('slow-body'),
  5: [test('a certificate that is not trusted ends the read at once')],
  6: fault('html-200'),
  7: [test('a wait of up to 30 s is slept through')],
  8: [test('for a longer wait the day lets go: checkpoint, gate'), ...fault('throttled-long')],
  9: [
    test('without a wait that can be read, each one is twice'),
    test('a closed gate keeps every worker of the source'),
  ],
  10: fault('server-error', 'bad-gateway', 'unavailable', 'gateway-timeout'),
  11: [
    test('a token that expires in mid-day is replaced once'),
    test('a refused token of an app registration is replaced by another'),
    test('identity whose token is refused is told with the words for clock'),
    ...fault('unauthorized'),
  ],
  12: [CONSENT, test('a dataset that lacks its permission is tried with one day an hour, and the others go on')],
  13: fault('not-found', 'bad-request'),
  14: fault('link-expired', 'link-rejected'),
  15: fault('json-truncated', 'json-truncated-between-rows'),
  16: fault('gzip-truncated', 'gzip-without-trailer'),
  17: fault('gzip-on-plain-body', 'gzip-bad-checksum'),
  18: fault('link-repeats'),
  19: [
    ...fault('link-other-host', 'link-other-port', 'link-other-scheme', 'link-other-path'),
    test('10,000 hostile links: each is refused, and the other host sees no connection, request or token'),
  ],
  20: [
    ...fault('redirect-301', 'redirect-302', 'redirect-303', 'redirect-307', 'redirect-308', 'redirect-other-host'),
    test('every 3xx form, on the first page and a later one: none is followed, to no place'),
  ],
  21: fault('duplicate-row', 'row-inserted-between-pages'),
  22: fault('rows-outside-window'),
  23: fault('row-without-key', 'row-key-null', 'row-key-number'),
  24: fault('unknown-field'),
  25: fault('count-wrong', 'total-count-too-large'),
  26: [test('late rows make a new revision, and the one before is kept'), ...fault('late-rows')],
  27: [test('at a later read are held, and the truth returns'), test('a smaller read is held until another one')],
  28: [test('an emptied day is never believed without a person')],
  29: fault('huge-page', 'too-many-rows'),
  30: [test('every listed error code has the remedy of its class')],
  31: [test('the identity’s endpoint is down')],
  // The app cannot see when a client secret expires: docs/operations.md says so.
  32: [
    test('the client secret has expired'),
    test('a client certificate is told of from 30 days before its end'),
    code('docs/operations.md', 'It cannot see when a client secret expires'),
  ],
  33: [test('the tenant is wrong'), test('all problems are told at once, each with what was expected')],
  34: [CONSENT],
};

const CONFIG_AT_ONCE = test('all problems are told at once, each with what was expected');

/** docs/promises.md, bad settings. */
export const BAD_CONFIG: Table = {
  // Missing.
  1: [
    test('a setting that is missing is named with what it is and an example'),
    test('a wrong flag, setting or folder is exit code 2 and a sentence on stderr'),
    test('a configuration that is not usable is reported in one message, and nothing is written'),
    test('without the key nobody gets an answer, and with it a broken configuration is explained'),
  ],
  // Unknown names.
  2: [CONFIG_AT_ONCE],
  // Addresses. Graph's own follows from the cloud, and is in no setting.
  3: [
    test('Graph’s address cannot be set: only a simulator’s on this machine can'),
    test('an address that is not a plain https one is refused'),
    test('the simulator is for this machine only'),
  ],
  // Ranges. How long a day is re-read is a fact of its dataset and no setting; nor is the day on which history starts.
  4: [
    test('numbers out of bounds, and texts that only look like numbers, are refused'),
    code('shared/config/settings.ts', 'schema: whole(1, 3650)'),
    code('shared/words/model.ts', 'readonly settleDays: number;'),
    test('wrong usage exits 2 and says how it is right'),
  ],
  // Account keys.
  5: [test('an account key outside this machine needs a deliberate setting')],
  // Names. Containers have theirs in the code, and no setting changes one.
  6: [
    test('a tenant that is no GUID, and a schedule that is none, are refused'),
    code('shared/words/paths.ts', 'CONTAINERS'),
  ],
  // Secrets in plain settings.
  7: [
    test('a secret that stands in the settings themselves is named in Azure, and never shown'),
    test('a secret that stands in the settings of a deployed app is told once, by name'),
    test('a secret that stands in the settings of a deployed app is a warning, with how to set a reference'),
    test('an unresolved Key Vault reference is named, and is not used as a key'),
  ],
};

const GARBAGE = test('garbage in the queue is logged, removed or poisoned, and changes nothing');
const FRESH_OBJECT = test('a message is read into a fresh object of known members');

/** docs/promises.md, bad messages. */
export const BAD_MESSAGES: Table = {
  // No message at all.
  1: [
    test('what is no message is acknowledged and told, without a word of it, and nothing is touched'),
    test('one that is delivered again is told by the same digest'),
    GARBAGE,
  ],
  // Not Base64.
  2: [test('a message that is not base64 goes to poison as it is, without a run'), GARBAGE],
  // A newer version.
  3: [test('a message of another version is dropped with one report, wherever it comes from'), GARBAGE],
  // Unknown and disabled datasets.
  4: [
    test(
      'a message for a dataset that is off is acknowledged and told, and a name that is none of ours is told nowhere',
    ),
    GARBAGE,
  ],
  // Days that are none, and days that nobody has queued.
  5: [test('anything else is not a message'), test('a day that nobody has queued is not fetched'), GARBAGE],
  // Extra fields.
  6: [FRESH_OBJECT, GARBAGE],
  // The cap.
  7: [test('4 KB is the most a message may be'), test('what is no message is acknowledged and told')],
  // Names of prototypes.
  8: [
    FRESH_OBJECT,
    test(
      'a message for a dataset that is off is acknowledged and told, and a name that is none of ours is told nowhere',
    ),
    GARBAGE,
  ],
};

/** docs/promises.md, bad pages. */
export const BAD_PAYLOADS: Table = {
  1: fault('value-missing', 'value-null', 'value-object', 'value-text', 'value-not-rows'),
  2: [
    ...fault('value-duplicate'),
    test('a member named twice at the top is refused, one named twice in a row is kept'),
    test('a top-level member named twice is refused, however it is spelled'),
  ],
  3: [test('empty pages are read through as long as their links are new'), ...fault('empty-page', 'empty-last-page')],
  4: [
    ...fault('link-number', 'link-empty', 'link-relative', 'link-protocol-relative', 'link-backslashes'),
    ...fault('link-fullwidth', 'link-trailing-dot', 'link-dot-segments'),
    test('a link under a name that nobody knows is refused'),
    test('a link elsewhere is refused before anything is sent'),
    test('10,000 hostile links: each is refused, and the other host sees no connection, request or token'),
  ],
  5: [
    ...fault('deep-nesting', 'odd-numbers', 'lone-surrogate', 'byte-order-mark', 'utf16', 'not-utf8'),
    test('64 levels are read, 65 are refused, and a hundred thousand do not overflow'),
    test('a byte order mark is passed over'),
    test('what is not UTF-8 is refused with the place'),
  ],
  6: [
    ...fault('row-key-null', 'row-key-number', 'row-without-key', 'huge-row'),
    test('a row without a value in the first key field is known by all of its bytes'),
  ],
  7: [test('a row whose time is absent, of another zone, of year 1')],
  8: [
    test('markup, formulas and control characters in a row are kept as they are, and none of it is told'),
    test('markup in names and texts stays text'),
    test('numbers, names, texts, tokens and keys are in partitions or nowhere, whatever goes wrong'),
  ],
  9: [test('Voximplant numbers land as they came')],
};
