// Values as people read them, in their own zone and language.

export const nothing = '–';

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const shortDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

export function localTime(text: string): string {
  return dateTime.format(new Date(text));
}

export function localDate(text: string): string {
  return shortDate.format(new Date(text));
}

/** For titles: exact, and in UTC. */
export function utcTime(text: string): string {
  return `${new Date(text).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "3 min. ago", "in 2 hr." */
export function relativeTime(text: string, now: number): string {
  const seconds = (new Date(text).getTime() - now) / 1_000;
  if (Math.abs(seconds) < 1) return 'now';
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units[3];
  return relative.format(Math.trunc(seconds / length), unit);
}

export function count(value: number): string {
  return whole.format(value);
}

export function decimal(value: number | null | undefined): string {
  return value === null || value === undefined ? nothing : oneDigit.format(value);
}

export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? nothing : `${oneDigit.format(value)} %`;
}

/** Milliseconds, in the unit that fits. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return nothing;
  if (ms < 1_000) return `${oneDigit.format(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${oneDigit.format(seconds)} s`;
  const [, minuteLong] = units[2];
  if (seconds < 3_600) return joined(seconds, minuteLong, ['min', 's']);
  if (seconds < 86_400) return joined(seconds / 60, 60, ['h', 'min']);
  return joined(seconds / 3_600, 24, ['d', 'h']);
}

function joined(value: number, size: number, [large, small]: readonly [string, string]): string {
  const rest = Math.floor(value % size);
  return `${Math.floor(value / size)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

export function bytes(size: number): string {
  if (size < 1_024) return `${size} B`;
  const kilobytes = size / 1_024;
  return kilobytes < 1_024
    ? `${oneDigit.format(kilobytes)} KB`
    : `${oneDigit.format(kilobytes / 1_024)} MB`;
}

const marks = /[\u202A-\u202E\u2066-\u2069]/g;
const turning =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\u200F\u202A-\u202E\u2066-\u2069]/u;

/** For where no element can isolate a text, as in an option: what it turns ends with it. */
export function isolated(text: string): string {
  return turning.test(text) ? `\u2068${text.replaceAll(marks, '')}\u2069` : text;
}
