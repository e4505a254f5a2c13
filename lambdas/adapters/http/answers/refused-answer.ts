// An answer that Node's parser refused. The endpoint has most likely done its work, so the status counts if it can be read:
// a failed attempt would send the event again to one who has it.
import { codeOf } from '../node-error.ts';
import type { HeadBytes } from './head-bytes.ts';
import { readLenientHead, type LenientHead } from './lenient-head.ts';

export type RefusedAnswer = {
  head: LenientHead;
  /** What came after the head, in whatever framing. */
  body: Uint8Array;
  /** What is wrong with it, for the person who can mend it. Fixed sentences: Node's could hold parts of the answer. */
  malformed: string;
};

const faults: Readonly<Record<string, string>> = {
  HPE_CR_EXPECTED: 'a line of the head ends in a bare line feed',
  HPE_INVALID_CONTENT_LENGTH:
    'the Content-Length is no such number, or stands beside Transfer-Encoding',
  HPE_INVALID_HEADER_TOKEN:
    'a header is folded, or has a space before the colon or a character that HTTP does not allow',
  HPE_INVALID_STATUS: 'the status line has surplus spaces',
  HPE_INVALID_TRANSFER_ENCODING: 'Content-Length stands beside Transfer-Encoding',
  HPE_INVALID_VERSION: 'the status line has a version that is neither 1.0 nor 1.1',
  HPE_LF_EXPECTED: 'a header has a carriage return within',
  HPE_STRICT: 'a line of the head has a surplus carriage return',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'Content-Length comes twice',
  HPE_UNEXPECTED_SPACE: 'the first header begins with a space',
};

/** Undefined for other errors, for heads that are too large, and where no status can be read. */
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
