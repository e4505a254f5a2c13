// The start of a response body as text that is safe to store and to show: valid Unicode without control characters.
// It is read as UTF-8 whatever its headers say, and never decompressed: 64 KB can hold 64 MB.
import { limits } from '../../contract/limits.ts';

const bytesPerCharacterMax = 4; // In UTF-8.

export class ResponseText {
  /** More is never needed for the text that is kept. */
  readonly bytesMax: number;
  readonly #charactersMax: number;
  readonly #encoded: boolean;
  readonly #chunks: Uint8Array[] = [];
  #bytesKept = 0;
  #bytesRead = 0;

  /** Of an encoded body nothing is kept: it is no text. */
  constructor(
    contentEncoding: string | undefined,
    charactersMax: number = limits.responseCharactersKept,
  ) {
    this.#charactersMax = charactersMax;
    this.bytesMax = charactersMax * bytesPerCharacterMax;
    this.#encoded = !['', 'identity'].includes(contentEncoding?.trim().toLowerCase() ?? '');
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  add(chunk: Uint8Array): void {
    this.#bytesRead += chunk.byteLength;
    const room = this.#encoded ? 0 : this.bytesMax - this.#bytesKept;
    if (room <= 0) return;
    // A copy: a view would hold the whole buffer that the socket read into.
    const kept = Uint8Array.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#bytesKept += kept.byteLength;
  }

  /** `complete` says that the body ended as it should. */
  read(complete: boolean): { body: string; truncated: boolean } {
    const cutInBytes = !complete || this.#bytesRead > this.#bytesKept;
    // With `stream`, a character that was cut in two at the end is left out instead of replaced.
    const text = new TextDecoder().decode(Buffer.concat(this.#chunks), { stream: cutInBytes });
    const body = text.replace(control, '\u{FFFD}').slice(0, this.#charactersMax);
    return {
      body: body.replace(/[\uD800-\uDBFF]$/, ''),
      truncated: cutInBytes || text.length > this.#charactersMax,
    };
  }
}

// Tab, line feed and carriage return are the ones that text has.
const control = /[^\P{Cc}\t\n\r]/gu;
