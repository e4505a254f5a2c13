// Pretty-prints JSON unless that would inflate it too much: deep levels indent each of their
// values.

const charactersMax = 2 * 1024 * 1024;

/**
 * Two spaces per level; only whitespace changes. Invalid JSON, or text that would become too long,
 * stays unchanged.
 */
export function pretty(text: string): string {
  return lengthOf(text) > charactersMax || !isJson(text) ? text : laidOut(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Strings, what white space goes with, and white space. Numbers are none of these: reading them could round them. */
const pieces = /"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[[\]{},:]|\s+/g;

function laidOut(json: string): string {
  let level = 0;
  const line = (step: number) => `\n${'  '.repeat((level += step))}`;
  return json.replace(pieces, (piece) => {
    if (piece.startsWith('"')) return piece;
    if (piece.length > 1 || piece.trim() === '') return piece.replaceAll(/\s/g, '');
    if (piece === ':') return ': ';
    const step = steps[piece] ?? 0;
    return step < 0 ? line(step) + piece : piece + line(step);
  });
}

/** How much deeper a character leads; a comma begins a line where it is. */
const steps: Readonly<Record<string, number>> = { '[': 1, '{': 1, ',': 0, ']': -1, '}': -1 };

/** Strings and those. A string may be without its end, so that no text is searched for it again and again. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{},]/gs;

/** How long it will be, about: these characters begin a line, unless they stand in a string. */
function lengthOf(text: string): number {
  let length = text.length;
  let level = 0;
  for (const [token] of text.matchAll(tokens)) {
    const step = steps[token];
    if (step === undefined) continue;
    level += step;
    length += 1 + 2 * level;
  }
  return length;
}
