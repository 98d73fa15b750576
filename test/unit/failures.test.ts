import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from 'undici';
import { teamsPstnCalls } from '../../shared/datasets/teams-pstn-calls.ts';
import { voximplantSms } from '../../shared/datasets/voximplant-sms.ts';
import { cutRowsInPlace } from '../../shared/rows/cut.ts';
import { failureOfExchange, slow, tooLarge, undecodable } from '../../shared/sources/http/failures.ts';
import { failureOfStatus } from '../../shared/sources/refusals.ts';
import { refuseErrors } from '../../shared/sources/voximplant-errors.ts';
import { LandlineError } from '../../shared/words/errors.ts';

/** What a person reads of a failure of a source, and cannot ask back. */

/** What to look at or to do, or that there is nothing. */
const NEXT =
  /If it stays so, |look for |Check |check |Grant |Look |Find out |Set |Make |Open |Ask |shorten |Nothing has to be done|is read again/;

const URL_ASKED = new URL('https://graph.microsoft.com/secret?secret');

function response(status: number, body = '') {
  return { status, header: () => undefined, body: Buffer.from(body), release() {} };
}

function thrownBy(run: () => unknown): LandlineError {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof LandlineError);
    return thrown;
  }
  throw new Error('It should have thrown');
}

test('a failure between a request and its answer names the host and what to do next', () => {
  const codes = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', 'CERT_HAS_EXPIRED'];
  const more = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_OVERFLOW', 'EODD'];
  const thrown = [...codes, ...more].map(code => Object.assign(new Error('secret'), { code }));
  const failures = [...thrown, new errors.HTTPParserError('secret'), new Error('secret')].map(each =>
    failureOfExchange(URL_ASKED, each),
  );
  for (const { message } of [
    ...failures,
    slow(URL_ASKED),
    tooLarge(URL_ASKED, 1_048_576),
    undecodable(URL_ASKED, 'x'),
  ]) {
    assert.match(message, /graph\.microsoft\.com/);
    assert.match(message, NEXT);
    assert.doesNotMatch(message, /secret/);
  }
});

test('an answer that is no page says what to do next, whatever its status or error code', () => {
  for (let status = 201; status < 600; status++) {
    const { message } = failureOfStatus(response(status), 'Graph refused', teamsPstnCalls, 0, {});
    assert.match(message, NEXT);
  }
  for (let code = 0; code < 1_000; code++) {
    const said = response(200, JSON.stringify({ error: { code, msg: 'secret' } }));
    const { message } = thrownBy(() => refuseErrors(said, voximplantSms, 0));
    assert.match(message, NEXT);
    assert.doesNotMatch(message, /secret/);
  }
});

test('a page that cannot be read does not command a person to read it', () => {
  for (const body of ['{"value":[', '{"value":7}', '[]', '{}']) {
    const cut = () => cutRowsInPlace(Buffer.from(body), { rowArray: 'value', fields: [] });
    const { message } = thrownBy(cut);
    assert.match(message, /is read again by itself/);
    assert.match(message, /If it stays so, /i);
  }
});
