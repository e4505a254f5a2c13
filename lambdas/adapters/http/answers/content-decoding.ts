// Decodes the start of a body: as many bytes as requested and hardly more, because 100 bytes can
// expand to 64 MB.
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib';
import { limits } from '../../../contract/limits/limits.ts';

/** `isWhole`: nothing was left out; `isBroken`: the rest is not valid in that coding. */
export type Decoded = { bytes: Uint8Array; isWhole: boolean; isBroken: boolean };

type Decoder = ReturnType<typeof createGunzip>;

const chunkSize = limits.decodedChunkBytes;
// A truncated end is decoded as far as possible.
const zlibOptions = { chunkSize, finishFlush: constants.Z_SYNC_FLUSH };
const brotliOptions = { chunkSize, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const decoders: Readonly<Record<string, (bytes: Uint8Array) => Decoder>> = {
  gzip: () => createGunzip(zlibOptions),
  'x-gzip': () => createGunzip(zlibOptions),
  // RFC 9110, 8.4.1.2: "Some non-conformant implementations send the deflate compressed data without the zlib wrapper."
  deflate: (bytes) => (isZlib(bytes) ? createInflate(zlibOptions) : createInflateRaw(zlibOptions)),
  br: () => createBrotliDecompress(brotliOptions),
};

export function isDecodable(coding: string): boolean {
  return Object.hasOwn(decoders, coding);
}

let last: Promise<unknown> = Promise.resolve();

/** One at a time per process: each holds a window of up to 256 KB. Never rejects. */
export function decode(coding: string, bytes: Uint8Array, bytesMax: number): Promise<Decoded> {
  const result = last.then(() => run(coding, bytes, bytesMax));
  last = result;
  return result;
}

function run(coding: string, bytes: Uint8Array, bytesMax: number): Promise<Decoded> {
  return new Promise((resolve) => {
    const decoder = decoders[coding]?.(bytes);
    const parts: Uint8Array[] = [];
    let length = 0;
    const end = (about: Omit<Decoded, 'bytes'>): void => {
      decoder?.destroy();
      resolve({ bytes: Buffer.concat(parts), ...about });
    };
    if (decoder === undefined) return end({ isWhole: false, isBroken: true });
    decoder.on('data', (part: Uint8Array) => {
      parts.push(part);
      length += part.byteLength;
      if (length > bytesMax) end({ isWhole: false, isBroken: false });
    });
    decoder.on('end', () => end({ isWhole: true, isBroken: false }));
    decoder.on('error', () => end({ isWhole: false, isBroken: true }));
    decoder.end(coding === 'br' ? withSmallWindow(bytes) : bytes);
  });
}

/** RFC 1950, 2.2: the method is 8, and the first two bytes are a multiple of 31. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 15) === 8 && (first * 256 + second) % 31 === 0;
}

/**
 * A brotli decoder allocates its window of up to 16 MB before it outputs a byte. Until the output
 * exceeds the window, the window size makes no difference (RFC 7932, 4: the largest distance is the
 * lesser of the two), and 256 KB holds far more than is needed here (`limits.brotliWindowBytes`).
 * By 9.1 the four-bit sizes, 18 to 24, end in 1 and are not 0001; 18 is 0011.
 */
function withSmallWindow(bytes: Uint8Array): Uint8Array {
  const [first = 0] = bytes;
  if ((first & 1) === 0 || (first & 15) === 1) return bytes;
  const copy = Uint8Array.from(bytes);
  copy[0] = (first & 0xf0) | 0b0011;
  return copy;
}
