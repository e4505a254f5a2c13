// The HTTP-date form of Retry-After. RFC 9110, 5.6.7: "A recipient that parses a timestamp value in
// an HTTP field MUST accept all three HTTP-date formats." Date.parse alone would accept "5" and
// much else as a date.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const time = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
const month = `(?<month>${months.join('|')})`;

const formats = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  String.raw`[A-Z][a-z]{2}, (?<day>\d\d) ${month} (?<year>\d{4}) ${time} GMT`,
  // Sunday, 06-Nov-94 08:49:37 GMT
  String.raw`[A-Z][a-z]{5,8}, (?<day>\d\d)-${month}-(?<year>\d\d) ${time} GMT`,
  // Sun Nov  6 08:49:37 1994
  String.raw`[A-Z][a-z]{2} ${month} (?<day>[ \d]\d) ${time} (?<year>\d{4})`,
].map((format) => new RegExp(`^${format}$`));

/** Epoch ms; null unless it is an HTTP-date. */
export function parseHttpDate(text: string | undefined): number | null {
  const fields = formats.map((format) => format.exec(text?.trim() ?? '')?.groups).find(Boolean);
  if (fields === undefined) return null;
  const { year = '', month: name = '', day, hour, minute, second } = fields;
  // Two digits mean this century: a server asks for a retry soon, not in the past.
  const fullYear = year.length === 2 ? 2_000 + Number(year) : Number(year);
  const at = Date.UTC(
    fullYear,
    months.indexOf(name),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return new Date(at).getUTCDate() === Number(day) ? at : null;
}
