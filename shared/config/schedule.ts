/** Schedules of the timer, as the host reads them: NCRONTAB, docs of Azure Functions. Pure. */

interface Field {
  readonly min: number;
  readonly max: number;
  /** Names in the place of numbers, from `min`. */
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Seconds, minutes, hours, day, month, weekday. */
const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: WEEKDAYS },
];

/** Whether the host would start a timer with it: six fields, or five without seconds, each within its bounds. */
export function isSchedule(text: string): boolean {
  const given = text.trim().split(/\s+/);
  const fields = given.length === FIELDS.length - 1 ? FIELDS.slice(1) : FIELDS;
  return given.length === fields.length && fields.every((field, i) => isField(given[i] ?? '', field));
}

function isField(text: string, field: Field): boolean {
  return text.split(',').every(part => {
    const [, from = '', to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (step !== undefined && (Number(step) < 1 || Number(step) > field.max)) return false;
    if (from === '*') return to === undefined;
    const [first, last] = [numberIn(from, field), to === undefined ? undefined : numberIn(to, field)];
    return first !== undefined && (to === undefined || (last !== undefined && last >= first));
  });
}

function numberIn(text: string, { min, max, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.slice(0, 3).toLowerCase());
  if (named >= 0) return min + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}
