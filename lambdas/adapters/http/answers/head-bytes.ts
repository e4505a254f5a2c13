// What has come of an answer before its head could be read. Node bounds one header block, but neither the number of 1xx
// responses nor the empty lines before a response; and what its parser refuses, it does not tell.
import { limits } from '../../../contract/limits/limits.ts';

export class HeadBytes {
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get isTooLarge(): boolean {
    return this.#count > limits.responseHeaderBytesMax;
  }

  add(chunk: Uint8Array): void {
    this.#count += chunk.byteLength;
    // A copy: a view would hold the whole buffer that the socket read into.
    const kept = Uint8Array.from(chunk.subarray(0, limits.responseHeaderBytesMax - this.#kept));
    this.#chunks.push(kept);
    this.#kept += kept.byteLength;
  }

  /** With what the parser stumbled over, as far as a head may go. */
  with(refused: Uint8Array): Uint8Array {
    return Buffer.concat([...this.#chunks, refused]).subarray(0, limits.responseHeaderBytesMax);
  }
}
