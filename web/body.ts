// A body of any type as pages show it: its bytes, and its text where they are UTF-8.

export type Body = {
  bytes: Uint8Array;
  /** Null where the bytes are not UTF-8. */
  text: string | null;
  contentType: string;
  contentEncoding: string | null;
};

export type BodyView = 'Pretty' | 'Fields' | 'Raw' | 'Hex' | 'Base64';

type Described = Pick<Body, 'contentType' | 'contentEncoding'>;

export function bodyOfText(text: string, described: Described): Body {
  return { ...described, bytes: new TextEncoder().encode(text), text };
}

export function bodyOfBase64(base64: string, described: Described): Body {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { ...described, bytes, text: textOf(bytes) };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function base64Of(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192) {
    chunks.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  }
  return btoa(chunks.join(''));
}

export function isJsonType(contentType: string): boolean {
  return /^(?:(?:application|text)\/json|[^\s/;]+\/[^\s/;]+\+json)[\t ]*(?:;|$)/i.test(contentType);
}

function isFormType(contentType: string): boolean {
  return /^application\/x-www-form-urlencoded[\t ]*(?:;|$)/i.test(contentType);
}

/** How it can be shown, the best way first. */
export function viewsOf({ text, contentType }: Body): readonly [BodyView, ...BodyView[]] {
  if (text === null) return ['Hex', 'Base64'];
  // What a page cannot show is no text to read.
  if (text.includes('\0')) return ['Hex', 'Raw'];
  if (isFormType(contentType)) return ['Fields', 'Raw', 'Hex'];
  const isJson = isJsonType(contentType) || /^\s*[[{]/.test(text);
  return isJson ? ['Pretty', 'Raw', 'Hex'] : ['Raw', 'Hex'];
}

export type FormField = readonly [name: string, value: string];

export function fieldsOf(text: string): FormField[] {
  return [...new URLSearchParams(text)];
}

const bytesPerLine = 16;

/** Lines of an offset, sixteen bytes in hex, and what of them is printable ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += bytesPerLine) {
    const line = [...bytes.subarray(offset, offset + bytesPerLine)];
    const hex = line
      .map(hexOf)
      .join(' ')
      .padEnd(3 * bytesPerLine - 1);
    lines.push(`${offset.toString(16).padStart(6, '0')}  ${hex}  ${line.map(printable).join('')}`);
  }
  return lines.join('\n');
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
