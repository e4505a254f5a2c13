export type ErrorCode = { code: string; meaning: string; advice: string };

/** The rows of the table: a code in backquotes, what happened, what to do. */
export function parseErrorCodes(markdown: string): ErrorCode[] {
  return markdown.split('\n').flatMap((line) => {
    const [, code, meaning, advice] = /^\| `(\w+)` \| (.+) \| (.+) \|$/.exec(line) ?? [];
    if (code === undefined || meaning === undefined || advice === undefined) return [];
    return [{ code, meaning: plain(meaning), advice: plain(advice) }];
  });
}

function plain(text: string): string {
  return text.replaceAll('`', '').trim();
}
