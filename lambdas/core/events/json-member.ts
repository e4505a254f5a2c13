// Locates a member of a JSON object in its text: parsing and reserializing would change the text,
// numbers included.

type Mark = { mark: string; at: number };

/** The change in depth per bracket. */
const steps: Readonly<Record<string, number>> = { '[': 1, '{': 1, ']': -1, '}': -1 };

/**
 * The text of an object's member, byte for byte; of duplicates the last, like `JSON.parse`. The
 * text must be valid.
 */
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

/** The delimiters of the object and its members, and between name and value. */
function* outerMarksOf(json: string): Generator<Mark> {
  let level = 0;
  for (const each of marksOf(json)) {
    const step = steps[each.mark] ?? 0;
    level += step;
    const isEndOfValue = level === 1 && step < 0;
    if (level <= 1 && !isEndOfValue) yield each;
  }
}

/** Those outside strings. */
function* marksOf(json: string): Generator<Mark> {
  let isInString = false;
  for (const { 0: mark, index: at } of json.matchAll(/\\.|["[\]{}:,]/gs)) {
    if (mark === '"') isInString = !isInString;
    else if (!isInString) yield { mark, at };
  }
}
