import type { Field, Page, Visual } from './report.ts';

/** What stands on the pages of the Power BI report. Every page says how much of its period is held. */

const CARD_WIDTH = 196;

/** Below the numbers a page has two rows of pictures: one wide and one narrow, or two halves. */
const UPPER = {
  wide: [24, 192, 820, 248],
  narrow: [856, 192, 400, 248],
  left: [24, 192, 610, 248],
  right: [646, 192, 610, 248],
} as const;
const LOWER = {
  wide: [24, 452, 820, 252],
  narrow: [856, 452, 400, 252],
  left: [24, 452, 610, 252],
  right: [646, 452, 610, 252],
  whole: [24, 452, 1232, 252],
} as const;

function heading(title: string): Visual {
  return { type: 'textbox', title, at: [24, 12, 400, 48] };
}

const DAYS: Visual = {
  type: 'slicer',
  title: 'Days (UTC)',
  wells: { Values: ['dim_date.date'] },
  at: [880, 8, 376, 72],
};

function slicer(title: string, field: Field, x: number): Visual {
  return { type: 'slicer', title, wells: { Values: [field] }, at: [x, 8, 140, 72] };
}

/** Up to six numbers in a row. */
function cards(...measures: readonly string[]): Visual[] {
  return measures.map((name, i) => ({
    type: 'card',
    title: name,
    wells: { Values: [`measure:${name}`] },
    at: [24 + i * (CARD_WIDTH + 11), 88, CARD_WIDTH, 92],
  }));
}

const OVERVIEW: Page = {
  name: 'Overview',
  visuals: [
    heading('Calls and messages'),
    DAYS,
    ...cards('Calls', 'Calls before', 'Call minutes', 'Messages', 'Active users', 'Held share'),
    {
      type: 'columnChart',
      title: 'Calls per day, by direction',
      wells: { Category: ['dim_date.date'], Series: ['fact_call.direction'], Y: ['measure:Calls'] },
      at: UPPER.wide,
    },
    {
      type: 'lineChart',
      title: 'Messages per day',
      wells: { Category: ['dim_date.date'], Series: ['fact_message.channel'], Y: ['measure:Messages'] },
      at: UPPER.narrow,
    },
    {
      type: 'pivotTable',
      title: 'Calls by local hour and weekday',
      wells: {
        Rows: ['dim_hour.hour_name'],
        Columns: ['dim_date.weekday'],
        Values: ['measure:Calls in local time'],
      },
      at: [24, 452, 560, 252],
    },
    {
      type: 'barChart',
      title: 'Where we call most',
      wells: { Category: ['fact_call.destination_name'], Y: ['measure:Calls outbound'] },
      largest: 'measure:Calls outbound',
      at: [596, 452, 324, 252],
    },
    {
      type: 'tableEx',
      title: 'Unanswered inbound calls, by log',
      wells: {
        Values: [
          'dim_dataset.source_dataset',
          'measure:Calls inbound',
          'measure:Unanswered inbound',
          'measure:Unanswered share',
        ],
      },
      at: [932, 452, 324, 252],
    },
  ],
};

const COST: Page = {
  name: 'Cost',
  visuals: [
    heading('Cost, per currency'),
    slicer('Currency', 'dim_currency.currency', 732),
    DAYS,
    ...cards('Cost', 'Call cost', 'Message cost', 'Dial-out cost', 'Calls', 'Held share'),
    {
      type: 'lineChart',
      title: 'Cost per month, a line per currency',
      wells: { Category: ['dim_date.month'], Series: ['dim_currency.currency'], Y: ['measure:Cost'] },
      at: UPPER.left,
    },
    {
      type: 'pivotTable',
      title: 'Cost by month and currency',
      wells: {
        Rows: ['dim_date.month', 'dim_currency.currency'],
        Values: ['measure:Call cost', 'measure:Message cost', 'measure:Cost', 'measure:Dial-out cost'],
      },
      at: UPPER.right,
    },
    {
      type: 'tableEx',
      title: 'Cost by user',
      wells: {
        Values: [
          'dim_user.user_name',
          'dim_currency.currency',
          'measure:Calls',
          'measure:Call minutes',
          'measure:Cost',
        ],
      },
      largest: 'measure:Cost',
      at: LOWER.left,
    },
    {
      type: 'tableEx',
      title: 'Cost by country of the user',
      wells: {
        Values: ['dim_country.country_name', 'dim_currency.currency', 'measure:Calls', 'measure:Cost'],
      },
      largest: 'measure:Cost',
      at: LOWER.right,
    },
  ],
};

const DIRECT_ROUTING: Page = {
  name: 'Direct Routing quality',
  visuals: [
    heading('Direct Routing quality'),
    slicer('Country of the user', 'fact_call.user_country_code', 432),
    slicer('Session border controller', 'fact_call.trunk_fqdn', 582),
    slicer('Call type', 'dim_call_type.call_type', 732),
    DAYS,
    ...cards(
      'Legs',
      'Direct Routing calls',
      'Failure share',
      'Network effectiveness ratio',
      'Concurrent peak',
      'Held share',
    ),
    {
      type: 'lineChart',
      title: 'Failure share and network effectiveness per day',
      wells: { Category: ['dim_date.date'], Y: ['measure:Failure share', 'measure:Network effectiveness ratio'] },
      at: UPPER.wide,
    },
    {
      type: 'barChart',
      title: 'Failure share by session border controller',
      wells: { Category: ['fact_call.trunk_fqdn'], Y: ['measure:Failure share'] },
      largest: 'measure:Failure share',
      at: UPPER.narrow,
    },
    {
      type: 'tableEx',
      title: 'Why legs fail',
      wells: {
        Values: [
          'fact_call.final_sip_code',
          'fact_call.final_sip_code_phrase',
          'fact_call.call_end_sub_reason',
          'measure:Failed legs',
        ],
      },
      largest: 'measure:Failed legs',
      at: LOWER.wide,
    },
    {
      type: 'columnChart',
      title: 'Legs by local hour',
      wells: { Category: ['dim_hour.hour_name'], Y: ['measure:Legs'] },
      at: LOWER.narrow,
    },
  ],
};

const COMPLETENESS: Page = {
  name: 'Is it complete?',
  visuals: [
    heading('Is it complete?'),
    slicer('Log', 'dim_dataset.source_dataset', 732),
    DAYS,
    ...cards('Days owed', 'Days held', 'Held share', 'Days that need attention', 'Late share', 'Newest day held'),
    {
      type: 'pivotTable',
      title: 'Held share by log and month',
      wells: { Rows: ['dim_dataset.source_dataset'], Columns: ['dim_date.month'], Values: ['measure:Held share'] },
      at: UPPER.wide,
    },
    {
      type: 'columnChart',
      title: 'Days by state',
      wells: { Category: ['dim_date.month'], Series: ['partition_status.state'], Y: ['measure:Days owed'] },
      at: UPPER.narrow,
    },
    {
      type: 'tableEx',
      title: 'Every day of every log',
      wells: {
        Values: [
          'dim_date.date',
          'dim_dataset.source_dataset',
          'partition_status.state',
          'partition_status.rows',
          'partition_status.revision',
          'partition_status.landed_at',
          'partition_status.rows_added',
          'partition_status.rows_changed',
          'partition_status.rows_removed',
          'partition_status.checked_at',
          'partition_status.open_seam',
        ],
      },
      at: LOWER.whole,
    },
  ],
};

export const PAGES: readonly Page[] = [OVERVIEW, COST, DIRECT_ROUTING, COMPLETENESS];
