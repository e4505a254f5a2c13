// A response that Node's parser rejected. The endpoint has most likely done its work, so the status
// counts if readable: a failed attempt would resend the event to an endpoint that already has it.
import { codeOf } from '../node-error.ts';
import type { HeadBytes } from './head-bytes.ts';
import { readLenientHead, type LenientHead } from './lenient-head.ts';

export type RefusedAnswer = {
  head: LenientHead;
  /** Everything after the head, in whatever framing. */
  body: Uint8Array;
  /**
   * What is wrong with it, for the person who can fix it. Fixed sentences: Node's could quote the
   * response.
   */
  malformed: string;
};

const faults: Readonly<Record<string, string>> = {
  HPE_CR_EXPECTED: 'a line of the head ends in a bare line feed',
  HPE_INVALID_CONTENT_LENGTH:
    'the Content-Length is not a valid number, or is combined with Transfer-Encoding',
  HPE_INVALID_HEADER_TOKEN:
    'a header is folded, or has a space before the colon or a character that HTTP forbids',
  HPE_INVALID_STATUS: 'the status line has extra spaces',
  HPE_INVALID_TRANSFER_ENCODING: 'Content-Length is combined with Transfer-Encoding',
  HPE_INVALID_VERSION: 'the version in the status line is neither 1.0 nor 1.1',
  HPE_LF_EXPECTED: 'a header contains a carriage return',
  HPE_STRICT: 'a line of the head has an extra carriage return',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'Content-Length is repeated',
  HPE_UNEXPECTED_SPACE: 'the first header starts with a space',
};

/** Undefined for other errors, for oversized heads, and if no status can be read. */
export function refusedAnswer(error: unknown, heard: HeadBytes): RefusedAnswer | undefined {
  const code = codeOf(error);
  if (!code.startsWith('HPE_') || code === 'HPE_HEADER_OVERFLOW') return undefined;
  const bytes = heard.with(rawPacketOf(error));
  const head = readLenientHead(bytes);
  if (head === undefined) return undefined;
  return {
    head,
    body: bytes.subarray(head.bodyAt ?? bytes.byteLength),
    malformed: faults[code] ?? 'the head is not strictly HTTP/1.1',
  };
}

// https://nodejs.org/api/http.html#event-clienterror: "the raw packet of current request"; the client's errors have it, too.
function rawPacketOf(error: unknown): Uint8Array {
  const packet: unknown = error instanceof Error && 'rawPacket' in error ? error.rawPacket : null;
  return packet instanceof Uint8Array ? packet : new Uint8Array();
}
