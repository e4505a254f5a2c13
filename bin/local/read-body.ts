// Reads a request's body into memory, up to a limit whose excess the reader can detect.
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../../lambdas/core/shared/service-error.ts';
import type { Reading } from './reading-budget.ts';

/**
 * How much a client may keep sending after its response: most then read a clean 413 instead of a
 * reset.
 */
const drainedBytesMax = 16 * 1024 * 1024;
const drainedMsMax = 5_000;

/**
 * The body, or its first `bytesMax + 1` bytes: enough to see that it is too large. Throws a
 * `ServiceError` if too much is already being read.
 */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
  reading: Reading,
): Promise<Buffer> {
  const declared = Number(request.headers['content-length']);
  if (declared > bytesMax) {
    drain(request);
    return Buffer.alloc(bytesMax + 1);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (!reading.take((chunk as Buffer).length)) throw tooMuch();
      if (size > bytesMax) break;
    }
  } catch (error) {
    drain(request);
    throw error;
  } finally {
    reading.end();
  }
  if (size > bytesMax) drain(request);
  return Buffer.concat(chunks).subarray(0, bytesMax + 1);
}

function tooMuch(): ServiceError {
  return new ServiceError('unavailable', 'Too many bodies are being received; retry in a moment');
}

function drain(request: IncomingMessage): void {
  let drained = 0;
  const cut = () => request.socket.destroy();
  const timer = setTimeout(cut, drainedMsMax).unref();
  request.on('close', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > drainedBytesMax) cut();
  });
}
