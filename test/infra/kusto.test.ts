import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVENTS, type EventName } from '../../shared/words/telemetry.ts';
import { flawsInFreshWorkspace, flawsOf, PARSER } from './kusto.ts';
import { deployedQueries, documentedQueries } from './queries.ts';

/** Azure does not look at a rule's query when it is deployed, so this is where a query that is none is found. */

describe('Microsoft’s parser, over the columns of the workspace,', () => {
  test('takes every alert and every tile', context => {
    context.diagnostic(`RUN: ${PARSER}`);
    const queries = deployedQueries();
    assert.ok([...queries.keys()].filter(name => name.startsWith('alert ')).length >= 9);
    assert.ok([...queries.keys()].filter(name => name.startsWith('tile ')).length >= 7);
    for (const [name, query] of queries) assert.deepEqual(flawsOf(query), [], name);
  });

  test('takes every query of the documents', () => {
    const queries = documentedQueries();
    assert.ok(queries.size > 25, `${queries.size} queries found`);
    for (const [place, query] of queries) assert.deepEqual(flawsOf(query), [], `${place}: ${query}`);
  });

  test('takes every alert in a workspace that has received nothing', () => {
    for (const [name, query] of deployedQueries()) {
      if (!name.startsWith('alert ')) continue;
      // KS205 notes that a table may be absent, which is what `isfuzzy` allows.
      assert.deepEqual(
        flawsInFreshWorkspace(query).filter(flaw => !flaw.startsWith('KS205 ')),
        [],
        name,
      );
    }
  });

  test('finds words of the language that stand where a name belongs, and columns and functions that do not exist', () => {
    for (const [query, code] of [
      ['AppTraces | extend d = parse_json(Message) | extend n = toint(d.missing)', 'KS006'],
      ['AppTraces | extend latest = now(), earliest = now() | where latest - earliest > 20h', 'KS006'],
      ['AppTraces | summarize first = min(TimeGenerated)', 'KS228'],
      ['AppTraces | summarize count() by reason', 'KS142'],
      ['AppTraces | where Message > 1h', 'KS106'],
      ['AppTraces | extend n = rownumber()', 'KS211'],
    ] as const)
      assert.ok(
        flawsOf(query).some(flaw => flaw.startsWith(code)),
        `${query}: ${flawsOf(query)}`,
      );
    assert.match(flawsInFreshWorkspace('AppTraces | take 1').join(), /^KS204/);
  });
});

test('queries of the documents ask for events and fields that the product reports', () => {
  const asked = [...documentedQueries()].flatMap(([place, query]) => {
    const events = [...query.matchAll(/event == '([^']+)'/g)].map(([, event = '']) => event);
    const fields = [...query.matchAll(/\bd\.(\w+)/g)].map(([, field = '']) => field);
    return events.length === 1 ? [{ place, event: events[0] ?? '', fields }] : [];
  });
  assert.ok(asked.length > 20);
  for (const { place, event, fields } of asked) {
    assert.ok(event in EVENTS, `${place}: there is no event ${event}`);
    const known: readonly string[] = ['event', 'dataset', 'day', ...EVENTS[event as EventName]];
    assert.deepEqual(
      fields.filter(field => !known.includes(field)),
      [],
      `${place}: not in ${event}`,
    );
  }
});
