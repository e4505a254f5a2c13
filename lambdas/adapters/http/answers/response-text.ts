// The start of a response body as text that is safe to store and to show: valid Unicode without
// control characters. Its Content-Encoding and charset are decoded; if that fails, only the size is
// shown.
import { TextDecoder } from 'node:util';
import { limits } from '../../../contract/limits/limits.ts';
import { decode, isDecodable } from './content-decoding.ts';

const bytesPerCharacterMax = 4; // In UTF-8.

export type BodyHeaders = {
  contentType: string | undefined;
  contentEncoding: string | undefined;
};

export class ResponseText {
  /** The kept text never needs more. */
  readonly bytesMax: number;
  readonly #charactersMax: number;
  readonly #codings: readonly string[];
  readonly #decoder: TextDecoder;
  readonly #chunks: Uint8Array[] = [];
  #bytesKept = 0;
  #bytesRead = 0;

  constructor(
    { contentType, contentEncoding }: BodyHeaders,
    charactersMax: number = limits.responseCharactersKept,
  ) {
    this.#charactersMax = charactersMax;
    this.bytesMax = charactersMax * bytesPerCharacterMax;
    this.#codings = codingsOf(contentEncoding);
    this.#decoder = decoderOf(contentType);
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  add(chunk: Uint8Array): void {
    this.#bytesRead += chunk.byteLength;
    const room = this.#unknownCoding === undefined ? this.bytesMax - this.#bytesKept : 0;
    if (room <= 0) return;
    // A copy: a view would hold the whole buffer that the socket read into.
    const kept = Uint8Array.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#bytesKept += kept.byteLength;
  }

  /** Call once. `complete`: the body ended properly. */
  async read(complete: boolean): Promise<{ body: string; truncated: boolean }> {
    const bytesRead = this.#bytesRead;
    if (bytesRead > 0 && this.#unknownCoding !== undefined) {
      return { body: sizeOf(bytesRead, this.#unknownCoding), truncated: !complete };
    }
    let bytes: Uint8Array = Buffer.concat(this.#chunks);
    let isCut = !complete || bytesRead > this.#bytesKept;
    for (const coding of bytesRead > 0 ? this.#codings : []) {
      const decoded = await decode(coding, bytes, this.bytesMax);
      if (decoded.isBroken && decoded.bytes.byteLength === 0) {
        return { body: sizeOf(bytesRead, coding), truncated: !complete };
      }
      bytes = decoded.bytes.subarray(0, this.bytesMax);
      isCut ||= !decoded.isWhole;
    }
    return this.#shown(bytes, isCut);
  }

  get #unknownCoding(): string | undefined {
    if (this.#codings.length > limits.contentCodingsMax) return this.#codings.join(', ');
    return this.#codings.find((coding) => !isDecodable(coding));
  }

  #shown(bytes: Uint8Array, isCut: boolean): { body: string; truncated: boolean } {
    // With `stream`, a truncated character at the end is omitted instead of replaced.
    const text = this.#decoder.decode(bytes, { stream: isCut });
    const body = text.replace(control, '\u{FFFD}').slice(0, this.#charactersMax);
    return {
      body: body.replace(/[\uD800-\uDBFF]$/, ''),
      truncated: isCut || text.length > this.#charactersMax,
    };
  }
}

// Tab, line feed and carriage return are legitimate in text.
const control = /[^\P{Cc}\t\n\r]/gu;

/** In decoding order: the last one was applied last. */
function codingsOf(contentEncoding = ''): string[] {
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  return codings.filter((coding) => !['', 'identity'].includes(coding)).toReversed();
}

function decoderOf(contentType = ''): TextDecoder {
  const [, label = 'utf-8'] = /;[ \t]*charset[ \t]*=[ \t]*["']?([\w.:-]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder(); // A charset unknown to the Encoding standard, or unsafe by it.
  }
}

function sizeOf(bytes: number, coding: string): string {
  // Strangers choose this word, and it is displayed.
  const name = /^[a-z\d._-]{1,32}$/.test(coding) ? coding : 'an unknown encoding';
  return `[${bytes} bytes of ${name}]`;
}
