import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saysCut } from '../../shared/sources/page-body.ts';

test('the words of sources that page no further are known from those of other refusals', () => {
  for (const text of [
    'The skip value exceeds the maximum of 999 rows.',
    'Result window is too large, from + size must be less than or equal to: [10000]',
    'Only the first 1000 search results are available',
    'Maximum SOQL offset allowed is 2000',
    'maximum record limit is exceeded. Reduce the number of records.',
    'offset must be at most 10000',
    'Pagination limit reached: requests beyond page 100 are not allowed',
    'Too many results, please narrow the date range',
    'paging beyond the first 10,000 records is not supported',
  ])
    assert.ok(saysCut(`{"error":{"code":"BadRequest","message":"${text}"}}`), text);
  for (const text of [
    'Too many requests. Please retry after 5 seconds.',
    'Rate limit exceeded for this page',
    'Concurrent resource limit exceeded',
    'The skip value is not valid.',
    'The request is not understood.',
    "Expression expected at position 13 in 'fromDateTime=,toDateTime='.",
    'The token TTL exceeds the maximum limit.',
    'The page token has expired',
    'Date range must be within 31 days.',
    '',
  ])
    assert.ok(!saysCut(`{"error":{"code":"BadRequest","message":"${text}"}}`), text);
});
