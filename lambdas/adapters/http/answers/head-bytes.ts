// The bytes of a response received before its head was parsed. Node bounds one header block, but
// neither the number of 1xx responses nor the empty lines before a response; and it does not reveal
// what its parser rejects.
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

  /** Including what the parser failed on, up to the maximum head size. */
  with(refused: Uint8Array): Uint8Array {
    return Buffer.concat([...this.#chunks, refused]).subarray(0, limits.responseHeaderBytesMax);
  }
}
