import type { Fault, Page } from './fault.ts';

const RETRY = { recovery: 'retry', passing: true } as const;

/** The member that holds the rows has another value. */
function memberFault(meaning: string, member: string): Fault {
  return {
    meaning,
    ...RETRY,
    page: page => {
      page.member = member;
    },
  };
}

function keepHalf(page: Page): void {
  page.rows = page.rows.slice(0, Math.floor(page.rows.length / 2));
}

const ERROR = '{"code":"UnknownError","message":"","msg":""}';

/** Faults of the member that holds the rows, and of errors that come beside them. */
export const BODY_FAULTS = {
  'value-missing': memberFault('a 200 without the member that holds the rows', ''),
  'value-null': memberFault('the member that holds the rows is null', 'null'),
  'value-object': memberFault('the member that holds the rows is an object', '{"0":{}}'),
  'value-text': memberFault('the member that holds the rows is a text', '"[]"'),
  'value-not-rows': memberFault('the member that holds the rows is a list of other things', '[1,"two",null,[]]'),
  'value-duplicate': {
    meaning: 'the member that holds the rows comes twice, empty the second time',
    ...RETRY,
    page: (page, { source }) => {
      page.member = `[${page.rows.join(',')}],"${source === 'graph' ? 'value' : 'result'}":[]`;
    },
  },
  'body-list': {
    meaning: 'the body is a list instead of an object',
    ...RETRY,
    wire: answer => ({ ...answer, body: Buffer.concat([Buffer.from('['), answer.body, Buffer.from(']')]) }),
  },
  'error-in-200': {
    meaning: 'a 200 with an error object and no rows',
    ...RETRY,
    source: 'graph',
    instead: occasion => ({ ...occasion.refuse(500, 'UnknownError', ''), status: 200 }),
  },
  'error-beside-rows': {
    meaning: 'a 200 with half of the rows, and an error object beside them',
    ...RETRY,
    page: page => {
      keepHalf(page);
      page.more.push(['error', ERROR]);
    },
  },
  'error-beside-nothing': {
    meaning: 'a 200 with an empty list of rows, and an error object beside it',
    ...RETRY,
    page: page => {
      page.rows = [];
      page.link = undefined;
      page.more.push(['error', ERROR]);
    },
  },
  'errors-beside-rows': {
    meaning: 'a 200 with half of the rows, and a list of errors beside them',
    ...RETRY,
    page: page => {
      keepHalf(page);
      page.more.push(['errors', `[${ERROR}]`]);
    },
  },
  'error-among-rows': {
    meaning: 'the last item of the list is an error object in place of a row',
    ...RETRY,
    page: page => {
      page.rows = [...page.rows.slice(0, -1), `{"error":${ERROR}}`];
    },
  },
  'error-behind-rows': {
    meaning: 'half of the rows, and a trailer OData-Error after the body',
    ...RETRY,
    source: 'graph',
    page: page => {
      keepHalf(page);
    },
    wire: answer => ({ ...answer, trailers: { 'odata-error': ERROR } }),
  },
  'result-cut': {
    meaning: 'half of the rows, no link, and the member "truncated" is true',
    recovery: 'refuse',
    passing: false,
    source: 'graph',
    page: page => {
      keepHalf(page);
      page.link = undefined;
      page.more.push(['truncated', 'true']);
    },
  },
} as const satisfies Record<string, Fault>;
