// Reads a request's body into memory, up to a bound that the reader can tell was passed.
import type { IncomingMessage } from 'node:http';

/** What a client may go on sending after its answer: most then read a clean 413 rather than a reset. */
const drainedBytesMax = 16 * 1024 * 1024;
const drainedMsMax = 5_000;

/** The body, or its first `bytesMax + 1` bytes when it is larger: enough to see that it is too large. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > bytesMax) break;
  }
  if (size > bytesMax) drain(request);
  return Buffer.concat(chunks).subarray(0, bytesMax + 1);
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
