// What a server can do to a client, each with what the attempt must come to.
import type { Socket } from 'node:net';
import type { SendErrorCode } from '../../../lambdas/core/deliveries/send-result.ts';
import { malformedFramings } from './malformed-framings.ts';
import { reset, type RawBehaviour } from './raw-server.ts';

type Answered = {
  statusCode: number;
  truncated: boolean;
  body?: string | RegExp;
  malformed?: string | null;
  redirectsTo?: string;
};

export type Outcome = SendErrorCode | Answered;

export type Hostile = RawBehaviour & { outcome: Outcome; body?: Uint8Array };

const ok = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const answers = (text: string): RawBehaviour => ({ onRequest: (socket) => socket.write(text) });
const answersAndEnds = (text: string): RawBehaviour => ({
  onRequest: (socket) => socket.end(text),
});

/** Writes the same bytes as fast as they are taken, until the peer goes away. */
function flood(socket: Socket, bytes: string | Buffer): void {
  while (socket.writable && socket.write(bytes));
  if (socket.writable) socket.once('drain', () => flood(socket, bytes));
}

/** Writes one byte every few milliseconds, until the peer goes away. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 10);
  socket.once('close', () => clearInterval(timer));
}

const kilobytes = (count: number): string => 'x'.repeat(count * 1_024);
const malformed = null;
const whole = (body: string): Answered => ({ statusCode: 200, truncated: false, body, malformed });
const partial = (body: string | RegExp): Answered => ({
  statusCode: 200,
  truncated: true,
  body,
  malformed,
});

export const hostileServers: Record<string, Hostile> = {
  'never answers': { outcome: 'response_timeout' },
  'closes the connection after the request': {
    onRequest: (socket) => socket.end(),
    outcome: 'connection_reset',
  },
  'resets the connection after the request': {
    onRequest: reset,
    outcome: 'connection_reset',
  },
  'closes the connection within the headers': {
    ...answersAndEnds('HTTP/1.1 200 OK\r\ncontent-le'),
    outcome: 'connection_reset',
  },
  'sends headers byte by byte': {
    onRequest: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx: '.padEnd(4_000, 'x')),
    outcome: 'response_timeout',
  },
  'sends a header block of 1 MB': {
    ...answers(`HTTP/1.1 200 OK\r\n${`x-filler: ${kilobytes(1)}\r\n`.repeat(1_024)}\r\n`),
    outcome: 'response_too_large',
  },
  'sends one header of 1 MB': {
    ...answers(`HTTP/1.1 200 OK\r\nx: ${kilobytes(1_024)}\r\n\r\n`),
    outcome: 'response_too_large',
  },
  'sends headers without end': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      flood(socket, `x-filler: ${kilobytes(8)}\r\n`);
    },
    outcome: 'response_too_large',
  },
  'sends empty lines without end': {
    onRequest: (socket) => flood(socket, '\r\n'.repeat(1_024)),
    outcome: 'response_too_large',
  },
  'stalls within the body': {
    ...answers('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nso far'),
    outcome: partial('so far'),
  },
  'sends a body byte by byte': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      drip(socket, 'z');
    },
    outcome: partial(/^z+$/),
  },
  'announces 10 GB and sends without end': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n');
      flood(socket, kilobytes(64));
    },
    outcome: partial('x'.repeat(1_000)),
  },
  'sends chunks without end': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      flood(socket, `4000\r\n${kilobytes(16)}\r\n`);
    },
    outcome: partial('x'.repeat(1_000)),
  },
  'sends a body without length or end': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      flood(socket, kilobytes(64));
    },
    outcome: partial('x'.repeat(1_000)),
  },
  'sends less than it announced': {
    ...answersAndEnds('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'),
    outcome: partial('short'),
  },
  'sends more than it announced': {
    ...answers('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nright and wrong'),
    outcome: whole('right'),
  },
  'resets the connection within the body': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () =>
        setTimeout(() => reset(socket), 20),
      );
    },
    outcome: { statusCode: 200, truncated: true },
  },
  'answers 204 with a body': {
    ...answers('HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nextra'),
    outcome: { statusCode: 204, truncated: false, body: '' },
  },
  'answers 304 with a body': {
    ...answers('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nextra'),
    outcome: { statusCode: 304, truncated: false, body: '' },
  },
  'sends 100, 102 and 103 first': {
    ...answers(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n' +
        `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${ok('then')}`,
    ),
    outcome: whole('then'),
  },
  'sends 103 without end': {
    onRequest: (socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)),
    outcome: 'response_too_large',
  },
  'sends 100 and nothing more': {
    ...answers('HTTP/1.1 100 Continue\r\n\r\n'),
    outcome: 'response_timeout',
  },
  'switches protocols': {
    ...answers('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ws\r\n\r\n'),
    outcome: 'invalid_response',
  },
  'switches protocols without saying to which': {
    ...answers('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    outcome: 'invalid_response',
  },
  'speaks HTTP/1.0': {
    ...answersAndEnds('HTTP/1.0 200 OK\r\n\r\nold but whole'),
    outcome: whole('old but whole'),
  },
  'ends its chunks with trailers': {
    ...answers(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n' +
        '5\r\nwhole\r\n0\r\nx: y\r\n\r\n',
    ),
    outcome: whole('whole'),
  },
  'sends a chunk that is none': {
    ...answers('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\n'),
    outcome: { statusCode: 200, truncated: true },
  },
  ...Object.fromEntries(
    Object.entries(malformedFramings).map(([what, { text, malformed: fault }]) => [
      `sends ${what}`,
      { ...answers(text), outcome: { ...partial('ok'), malformed: fault } },
    ]),
  ),
  'sends a malformed head without end': {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx : y\r\n');
      flood(socket, `x-filler: ${kilobytes(8)}\r\n`);
    },
    outcome: {
      ...partial(''),
      malformed:
        'a header is folded, or has a space before the colon or a character that HTTP forbids',
    },
  },
  'sends a malformed head byte by byte': {
    onRequest: (socket) => drip(socket, 'HTTP/1.1 200 OK\n'),
    outcome: { ...partial(''), malformed: 'a line of the head ends in a bare line feed' },
  },
  'sends a malformed 500': {
    ...answers('HTTP/1.1 500 Oh\nContent-Length: 2\n\nno'),
    outcome: {
      statusCode: 500,
      truncated: true,
      body: 'no',
      malformed: 'a line of the head ends in a bare line feed',
    },
  },
  'sends a malformed interim answer first': {
    ...answers(`HTTP/1.1 103 Early\r\nx : y\r\n\r\n${ok('then')}`),
    outcome: {
      ...partial('then'),
      malformed:
        'a header is folded, or has a space before the colon or a character that HTTP forbids',
    },
  },
  'sends a status and text without a space between': {
    ...answers('HTTP/1.1 200-OK\r\ncontent-length: 0\r\n\r\n'),
    outcome: 'invalid_response',
  },
  'puts a NUL after 16 KB of a header': {
    ...answers(`HTTP/1.1 200 OK\r\nx: ${kilobytes(20)}\0\r\n\r\n`),
    outcome: 'response_too_large',
  },
  'sends no HTTP at all': { ...answers('SSH-2.0-OpenSSH_9.9\r\n'), outcome: 'invalid_response' },
  'sends HTTP/0.9': { ...answersAndEnds('<html>hello</html>'), outcome: 'invalid_response' },
  'sends HTTP/2 frames': {
    ...answers('\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80'),
    outcome: 'invalid_response',
  },
  'claims HTTP/2 in the status line': {
    ...answers('HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\nhi'),
    outcome: 'invalid_response',
  },
  'sends a status of two digits': {
    ...answers('HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n'),
    outcome: 'invalid_response',
  },
  'sends the status 099': {
    ...answers('HTTP/1.1 099 Low\r\ncontent-length: 0\r\n\r\n'),
    outcome: 'invalid_response',
  },
  'sends the status 600': {
    ...answers('HTTP/1.1 600 High\r\ncontent-length: 0\r\n\r\n'),
    outcome: 'invalid_response',
  },
  'sends the status 1000': {
    ...answers('HTTP/1.1 1000 High\r\ncontent-length: 0\r\n\r\n'),
    outcome: 'invalid_response',
  },
  'takes no request': {
    onConnection: (socket) => socket.pause(),
    body: Buffer.alloc(16 * 1_024 * 1_024),
    outcome: 'request_timeout',
  },
  'answers without taking the request, and stays': {
    onConnection: (socket) => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig');
    },
    body: Buffer.alloc(16 * 1_024 * 1_024),
    outcome: { statusCode: 413, truncated: false, body: 'big' },
  },
};
