// The Azure CLI for the consent script: `account show` and `rest`, as azure-cli 2.45 to 2.80 answer. What is asked of
// Graph goes to FAKE_GRAPH, and `--query` is read by JMESPath itself.
import jmespath from 'jmespath';

const { search } = jmespath;
const args = process.argv.slice(2);
const option = name => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);

function fail(text) {
  process.stderr.write(`ERROR: ${text}\n`);
  process.exit(1);
}

function say(value) {
  if (value !== null && value !== undefined) process.stdout.write(`${value}\n`);
  process.exit(0);
}

const signIn = process.env.FAKE_SIGN_IN ?? 'fine';
if (signIn === 'cancelled') fail("Please run 'az login' to setup account.");
if (args[0] === 'account') say('tenant-1');
if (args[0] !== 'rest') fail(`'${args[0]}' is misspelled or not recognized by the system.`);
if (signIn === 'expired')
  fail(
    'AADSTS700082: The refresh token has expired due to inactivity.\nInteractive authentication is needed. Please run:\naz login',
  );

const { origin, pathname, search: query } = new URL(option('--url'));
if (origin !== option('--resource')) fail('The token is for another place than the address.');
const response = await fetch(`${process.env.FAKE_GRAPH}${pathname}${query}`, {
  method: option('--method'),
  headers: { 'x-asked-origin': origin, 'content-type': 'application/json' },
  body: option('--body') ?? null,
});
const text = await response.text();
if (!response.ok) fail(`${response.statusText}(${text})`);
const found = search(JSON.parse(text), option('--query'));
say(typeof found === 'object' && found !== null ? JSON.stringify(found) : found);
