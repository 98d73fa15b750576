import { CALL_KINDS, MESSAGE_STATUSES } from './code-classes.ts';
import type { Cell, DimensionTable } from './table-model.ts';

/** The static tables: what the codes in the facts mean, as far as the providers say. A code that is not here is new. */

export interface Dimension extends DimensionTable {
  readonly rows: readonly (readonly Cell[])[];
}

const dimCallType: Dimension = {
  name: 'dim_call_type',
  grain: 'one call type that a provider documents; join in lower case',
  columns: [
    { name: 'call_type', kind: 'text', meaning: 'as in `fact_call`' },
    { name: 'direction', kind: 'text', meaning: 'inbound or outbound' },
    { name: 'call_class', kind: 'text', meaning: 'as in `fact_call`' },
    { name: 'meaning', kind: 'text', meaning: 'meaning according to the provider' },
  ],
  rows: CALL_KINDS.map(({ callType, direction, callClass, meaning }) => [callType, direction, callClass, meaning]),
};

/** Licences that the call logs name. */
const LICENCES: readonly (readonly [code: string, kind: string, meaning: string])[] = [
  ['MCOPSTN1', 'calling plan', 'Domestic Calling Plan (3,000 minutes US, 1,200 EU)'],
  ['MCOPSTN2', 'calling plan', 'International Calling Plan'],
  ['MCOPSTN5', 'calling plan', 'Domestic Calling Plan (120 minutes)'],
  ['MCOPSTN6', 'calling plan', 'Domestic Calling Plan (240 minutes)'],
  ['MCOPSTN8', 'calling plan', 'Calling Plan'],
  ['MCOPSTN9', 'calling plan', 'Calling Plan'],
  ['MCOPSTNU', 'calling plan', 'Calling Plan (published example)'],
  ['MCOPSTNPP', 'credits', 'Communications Credits'],
  ['MCOPSTNCAP', 'calling plan', 'Calling Plan of a shared device'],
  ['MCOEV', 'phone system', 'Phone System'],
  ['MCOEV_VIRTUALUSER', 'phone system', 'Resource account'],
  ['MCOEV_VIRTUALUSER_GOV', 'phone system', 'Resource account, US government'],
  ['MCOMEETADD', 'conferencing', 'Audio Conferencing'],
  ['MCOMEETADD_DIALOUT_US', 'conferencing', 'Audio Conferencing with dial-out to the US'],
  ['MCOMEETADD_CN_GLOBAL', 'conferencing', 'Audio Conferencing, China'],
  ['MCOMEETADD_TATA', 'conferencing', 'Audio Conferencing, India'],
  ['MCOMEETACPEA', 'conferencing', 'Pay Per Minute Audio Conferencing'],
  ['MCOMEETACPEA_GOV', 'conferencing', 'Pay Per Minute Audio Conferencing, US government'],
  ['FREECALL', 'free', 'A call without charge'],
  ['MCOSMS1', 'messages', 'Text messages (published example)'],
];

const dimLicense: Dimension = {
  name: 'dim_license',
  grain: 'one licence that a provider documents',
  columns: [
    { name: 'license_capability', kind: 'text', meaning: 'as in the facts' },
    {
      name: 'license_class',
      kind: 'text',
      meaning: 'calling plan, credits, phone system, conferencing, messages, free',
    },
    { name: 'meaning', kind: 'text', meaning: 'name of the licence' },
  ],
  rows: LICENCES,
};

/** The countries and regions of ISO 3166-1, by their alpha-2 codes. */
const COUNTRY_CODES = [
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA',
  'CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA',
  'GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP',
  'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS',
  'MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS',
  'RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW',
  'TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW',
].flatMap(line => line.split(' '));

/** English short names as CLDR gives them: those of the Node that writes the table. */
const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region' });

/** Last digits of outside numbers that Microsoft hides, by the country of the organisation. The list can change. */
const HIDDEN_DIGITS: Readonly<Record<string, number>> = {
  BE: 3,
  CH: 4,
  DE: 3,
  DK: 3,
  ES: 3,
  FI: 3,
  FR: 4,
  IT: 3,
  NL: 3,
  NO: 3,
  SE: 3,
};

const dimCountry: Dimension = {
  name: 'dim_country',
  grain: 'one country or region of ISO 3166-1',
  columns: [
    { name: 'country_code', kind: 'text', meaning: 'alpha-2 code, as in the facts' },
    { name: 'country_name', kind: 'text', meaning: 'English short name' },
    {
      name: 'hidden_digits',
      kind: 'int',
      meaning:
        'how many last digits of outside numbers Microsoft hides from organisations in this country; join on `tenant_country_code`',
    },
  ],
  rows: COUNTRY_CODES.map(code => [code, COUNTRY_NAMES.of(code) ?? code, HIDDEN_DIGITS[code] ?? 0]),
};

const dimMessageStatus: Dimension = {
  name: 'dim_message_status',
  grain: 'one message status that Voximplant documents',
  columns: [
    { name: 'status_column', kind: 'text', meaning: 'the column of `fact_message` that has this status' },
    { name: 'status_code', kind: 'text', meaning: 'the status as in that column' },
    { name: 'status_class', kind: 'text', meaning: 'as in `fact_message`' },
    { name: 'meaning', kind: 'text', meaning: 'meaning according to the provider' },
  ],
  rows: MESSAGE_STATUSES.map(({ column, code, statusClass, meaning }) => [column, code, statusClass, meaning]),
};

export const DIMENSIONS: readonly Dimension[] = [dimCallType, dimLicense, dimCountry, dimMessageStatus];
