import { CALLS, DIRECT_ROUTING } from './measures-calls.ts';
import { COMPLETENESS, MESSAGES } from './measures-days.ts';
import { MONEY } from './measures-money.ts';
import type { Measure } from './model.ts';

/** The measures of the Power BI model, each with the SQL that asks DuckDB the same. */
export const MEASURES_OF_MODEL: readonly Measure[] = [
  ...CALLS,
  ...DIRECT_ROUTING,
  ...MONEY,
  ...MESSAGES,
  ...COMPLETENESS,
];
