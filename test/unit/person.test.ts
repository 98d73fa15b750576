import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countNamed, type Person, PersonFinder } from '../../shared/forget/person.ts';

async function isNamed(person: Person, text: string): Promise<boolean> {
  const finder = new PersonFinder('teams-pstn-calls', person);
  const line = Buffer.from(`${JSON.stringify({ id: 'x', userPrincipalName: text })}\n`);
  const lines = (async function* () {
    yield line;
  })();
  return (await countNamed(finder, lines)) === 1;
}

test('a sign-in name is found whole, and never as a part of the name of somebody else', async () => {
  const person: Person = { kind: 'user', value: 'Meier@firma.example' };
  for (const text of [
    'meier@firma.example',
    'MEIER@Firma.Example',
    "from 'meier@firma.example' and others",
    'sip:meier@firma.example;transport=tls',
    '<meier@firma.example>, x@y.example',
    'It was meier@firma.example.',
    'user=meier@firma.example&x=1',
    "x' meier@firma.example",
  ])
    assert.equal(await isNamed(person, text), true, text);
  for (const text of [
    'anna_meier@firma.example',
    "o'meier@firma.example",
    'x+meier@firma.example',
    'x.meier@firma.example',
    'x-meier@firma.example',
    '#meier@firma.example',
    'übermeier@firma.example',
    'meier@firma.example.org',
    'meier@firma.example-group.org',
    'meier@firma.examples',
    'meier@firma_example',
  ])
    assert.equal(await isNamed(person, text), false, text);
});

test('a user id is found whole', async () => {
  const value = '6f1e2d3c-0000-4a5b-8c7d-9e0f1a2b3c4d';
  for (const text of [`{${value.toUpperCase()}}`, `${value}.${value}`, `user_${value}`, `#${value}`, `${value}@tenant`])
    assert.equal(await isNamed({ kind: 'user', value }, text), true, text);
  assert.equal(await isNamed({ kind: 'user', value }, `${value}0`), false);
  assert.equal(await isNamed({ kind: 'user', value }, `0-${value}`), false);
});

test('a number is found however it is written, and never as a part of a longer one', async () => {
  for (const value of ['+49 170 1234567', '00491701234567', '491701234567']) {
    const person: Person = { kind: 'number', value };
    for (const text of [
      '+491701234567',
      '491701234567',
      '00491701234567',
      '011491701234567',
      'tel:+49 (170) 123-45.67',
      '+49170/1234567;ext=1',
    ])
      assert.equal(await isNamed(person, text), true, `${value} in ${text}`);
    for (const text of ['+4917012345678', '1491701234567', '9000491701234567', '+491701234568'])
      assert.equal(await isNamed(person, text), false, `${value} in ${text}`);
  }
});
