import { Dice } from './dice.ts';

/** Invented people with numbers that are set aside for fiction, so that nothing here can ring anywhere. */

export interface Country {
  readonly code: string;
  readonly name: string;
  readonly currency: string;
  /** Last digits that the tenant of this country does not get to see of an outside number. */
  readonly masked: number;
  /** Everything of the number before its last two digits. */
  readonly prefix: string;
}

const COUNTRIES: readonly [Country, ...Country[]] = [
  { code: 'US', name: 'United States', currency: 'USD', masked: 0, prefix: '+120255501' },
  { code: 'GB', name: 'United Kingdom', currency: 'GBP', masked: 0, prefix: '+4420794600' },
  { code: 'DE', name: 'Germany', currency: 'EUR', masked: 3, prefix: '+4930231250' },
  { code: 'FR', name: 'France', currency: 'EUR', masked: 4, prefix: '+331990000' },
  { code: 'SE', name: 'Sweden', currency: 'SEK', masked: 3, prefix: '+468465004' },
  { code: 'JP', name: 'Japan', currency: 'JPY', masked: 0, prefix: '+813555501' },
];

/** Names as they stand between the quotes of the JSON text, some with escapes that need not be there. */
const NAMES: readonly [string, ...string[]] = [
  'Avery Stone',
  'Zoë Ó Néill 📞',
  'Ren\\u00e9e D\\u0027Arc',
  '山田 太郎',
  'Łukasz Żółć',
  'Sales \\/ Berlin',
  'Ann \\"Nan\\" Lee',
  'عمر الفاروق',
  "O'Neil, Pat <b>&amp;</b>",
  '=SUM(A1:A9)',
  'Jordan Blake',
  'Sam de la Cruz',
];

/** Names that nobody takes for a fault of what shows them. */
const PLAIN_NAMES: typeof NAMES = [
  'Avery Stone',
  'Zoë Ó Néill',
  'Renée D’Arc',
  '山田 太郎',
  'Łukasz Żółć',
  'Priya Raman',
  'Ann Lee',
  'عمر الفاروق',
  'Pat O’Neil',
  'Mireille Favre',
  'Jordan Blake',
  'Sam de la Cruz',
];

const SLUGS: readonly [string, ...string[]] = ['avery.stone', "o'neil+pstn", 'jordan.blake', 'sam.cruz', 'r.yamada'];

export interface Person {
  readonly id: string;
  readonly principalName: string;
  readonly displayName: string;
  readonly country: Country;
  /** The country of the organisation, which decides about masking. */
  readonly tenantCountry: Country;
  readonly number: string;
  /** `"userId":…,"userPrincipalName":…,"userDisplayName":…` */
  readonly fields: string;
}

const POOL = 240;

/** The users of the tenant: the same for the same seed. The first 240 make the calls; there is no last one. */
export class People {
  private readonly seed: number;
  private readonly names: typeof NAMES;
  private readonly pool: Person[] = [];

  constructor(seed: number, hostileNames: boolean) {
    this.seed = seed;
    this.names = hostileNames ? NAMES : PLAIN_NAMES;
  }

  anyone(dice: Dice): Person {
    return this.at(dice.below(POOL));
  }

  at(index: number): Person {
    const known = this.pool[index];
    if (known !== undefined) return known;
    const person = this.make(index);
    if (index < POOL) this.pool[index] = person;
    return person;
  }

  private make(index: number): Person {
    const dice = new Dice().reset(this.seed, 0, 0, index);
    const country = dice.chance(0.6) ? COUNTRIES[0] : dice.pick(COUNTRIES);
    const id = dice.guid();
    const principalName = `${dice.pick(SLUGS)}.${index}@contoso.example`;
    const displayName = dice.pick(this.names);
    return {
      id,
      principalName,
      displayName,
      country,
      tenantCountry: dice.chance(0.5) ? COUNTRIES[0] : country,
      number: numberIn(country, dice),
      fields: `"userId":"${id}","userPrincipalName":"${principalName}","userDisplayName":"${displayName}"`,
    };
  }
}

export function anyCountry(dice: Dice): Country {
  return dice.chance(0.6) ? COUNTRIES[0] : dice.pick(COUNTRIES);
}

/** An E.164 number of the country, out of a hundred. */
export function numberIn(country: Country, dice: Dice): string {
  return country.prefix + String(dice.below(100)).padStart(2, '0');
}

/** An outside number as the tenant sees it: its last digits are hidden where its country's law says so. */
export function maskedFor(tenant: Country, number: string): string {
  return tenant.masked === 0 ? number : number.slice(0, -tenant.masked) + '*'.repeat(tenant.masked);
}
