// Parses the head of a response that Node's strict parser rejected, as curl, Go, Python and PHP
// would: with bare line feeds, folded lines, spaces before colons. Only what the outcome depends on
// is read. The body length of such a response is uncertain, so its connection is never reused.

const wanted = new Set([
  'content-encoding',
  'content-type',
  'location',
  'retry-after',
  'webhook-delivery',
] as const);

export type HeaderName = typeof wanted extends Set<infer Name> ? Name : never;

export type LenientHead = {
  statusCode: number;
  /** The first value of each. */
  headers: ReadonlyMap<HeaderName, string>;
  /** Where the body begins; null if the bytes do not include the end of the head. */
  bodyAt: number | null;
};

/** Undefined without a line that has HTTP/1 and a final status (RFC 9110, 15: 200 to 599). */
export function readLenientHead(bytes: Uint8Array): LenientHead | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  let block = readBlock(text, 0);
  while (block !== undefined && isInterim(block.statusCode) && block.end !== null) {
    block = readBlock(text, block.end);
  }
  if (block === undefined || block.statusCode < 200 || block.statusCode > 599) return undefined;
  const { statusCode, start, end } = block;
  // An unterminated line may have been cut within its value.
  const headers = readHeaders(text.slice(start, end ?? text.lastIndexOf('\n') + 1));
  return { statusCode, headers, bodyAt: end };
}

type Block = { statusCode: number; /** Of the headers. */ start: number; end: number | null };

function readBlock(text: string, from: number): Block | undefined {
  const at = skipEmptyLines(text, from);
  const [line, status] = statusLine.exec(text.slice(at)) ?? [];
  if (line === undefined) return undefined;
  const start = at + line.length;
  // The end of the status line may be the first half of the empty line.
  return { statusCode: Number(status), start, end: headEnd(text, start - 1) };
}

/** After a protocol switch the bytes are no longer HTTP. */
function isInterim(statusCode: number): boolean {
  return statusCode >= 100 && statusCode < 200 && statusCode !== 101;
}

// Including its end: it may have been cut within the status.
const statusLine = /^HTTP\/1\.\d +(\d{3})(?:[ \t][^\n]*|\r*)\n/;

function skipEmptyLines(text: string, from: number): number {
  let at = from;
  while (text[at] === '\r' || text[at] === '\n') at += 1;
  return at;
}

function headEnd(text: string, from: number): number | null {
  const emptyLine = /\n\r*\n/g;
  emptyLine.lastIndex = from;
  return emptyLine.test(text) ? emptyLine.lastIndex : null;
}

function readHeaders(text: string): ReadonlyMap<HeaderName, string> {
  const headers = new Map<HeaderName, string>();
  let name: HeaderName | undefined;
  for (const line of text.split('\n')) {
    if (/^[ \t]/.test(line)) {
      // RFC 9112, 5.2: "replace each received obs-fold with one or more SP octets".
      if (name !== undefined) headers.set(name, `${headers.get(name) ?? ''} ${line.trim()}`.trim());
      continue;
    }
    const colon = line.indexOf(':');
    const written = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    name = isWanted(written) && !headers.has(written) ? written : undefined;
    if (name !== undefined) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

function isWanted(name: string): name is HeaderName {
  return wanted.has(name as HeaderName);
}
