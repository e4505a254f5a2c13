// A process of its own, so that the memory of the sender is measured without that of the server.
// The path says what to flood with; the port goes to the parent.
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { createServer, type AddressInfo, type Socket } from 'node:net';

const starts: Record<string, string> = {
  '/endless': 'HTTP/1.1 200 OK\r\n\r\n',
  '/announced': 'HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n',
  '/chunked': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n',
  '/headers': 'HTTP/1.1 200 OK\r\nx: ',
  '/stalled': 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n',
};
const zeros = Buffer.alloc(64 * 1_024 * 1_024);
const bombs: Record<string, { encoding: string; bytes: Uint8Array }> = {
  '/gzip-bomb': { encoding: 'gzip', bytes: gzipSync(zeros).subarray(0, 60_000) },
  '/brotli-bomb': {
    encoding: 'br',
    bytes: brotliCompressSync(zeros, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 },
    }),
  },
};
const filler = Buffer.alloc(64 * 1_024, 'x');

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (chunk) => {
    const path = chunk.toString('latin1').split(' ')[1] ?? '';
    const bomb = bombs[path];
    if (bomb !== undefined) {
      const { encoding, bytes } = bomb;
      const length = bytes.byteLength;
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${length}\r\n\r\n`,
      );
      return void socket.write(bytes);
    }
    socket.write(starts[path] ?? '');
    if (path === '/stalled') socket.write(filler.subarray(0, 60_000));
    else flood(socket);
  });
});

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());

function flood(socket: Socket): void {
  while (socket.writable && socket.write(filler));
  if (socket.writable) socket.once('drain', () => flood(socket));
}
