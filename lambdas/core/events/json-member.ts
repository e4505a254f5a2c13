// Where a member of a JSON object stands in its text: what is read and written again is another text, with other numbers.

type Mark = { mark: string; at: number };

/** How much deeper a mark leads. */
const steps: Readonly<Record<string, number>> = { '[': 1, '{': 1, ']': -1, '}': -1 };

/** The text of a member of an object, byte for byte; of several the last one, as `JSON.parse` has it. The text must be valid. */
export function memberText(json: string, name: string): string | null {
  let found: string | null = null;
  let startsAt = 0;
  let colonAt: number | null = null;
  for (const { mark, at } of outerMarksOf(json)) {
    if (mark === ':') {
      colonAt = at;
      continue;
    }
    if (colonAt !== null && JSON.parse(json.slice(startsAt, colonAt)) === name) {
      found = json.slice(colonAt + 1, at).trim();
    }
    startsAt = at + 1;
    colonAt = null;
  }
  return found;
}

/** Where the object and its members begin and end, and what is between name and value. */
function* outerMarksOf(json: string): Generator<Mark> {
  let level = 0;
  for (const each of marksOf(json)) {
    const step = steps[each.mark] ?? 0;
    level += step;
    const isEndOfValue = level === 1 && step < 0;
    if (level <= 1 && !isEndOfValue) yield each;
  }
}

/** Those that stand in no string. */
function* marksOf(json: string): Generator<Mark> {
  let isInString = false;
  for (const { 0: mark, index: at } of json.matchAll(/\\.|["[\]{}:,]/gs)) {
    if (mark === '"') isInString = !isInString;
    else if (!isInString) yield { mark, at };
  }
}
