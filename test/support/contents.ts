// Payloads of every kind that senders send, each with what it says of itself.
import { randomBytes } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';

export type Sent = {
  name: string;
  contentType: string | null;
  contentEncoding?: string;
  body: Buffer;
};

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const json = '{"b":1,"a":2,"a":1.10,"e":"é\\u00e9","n":12345678901234567890}\r\n';

const multipart = Buffer.concat([
  Buffer.from(
    '--b1\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n' +
      'Content-Type: application/octet-stream\r\n\r\n',
  ),
  everyByte,
  Buffer.from('\r\n--b1--\r\n'),
]);

const cloudEvent = { specversion: '1.0', id: '1', source: '/a', type: 'a.b', data: { n: 1 } };

/** The form in which GitHub sends where its webhook is set to it. */
export const githubForm = `payload=${encodeURIComponent('{"zen":"Keep it logically awesome. é +&="}')}`;

export const contents: readonly Sent[] = [
  sent('JSON', 'application/json', json),
  sent('JSON of a vendor', 'application/vnd.api+json; charset=utf-8', json),
  sent('JSON as text', 'text/json', json),
  {
    ...sent('JSON that says it is not compressed', 'application/json', json),
    contentEncoding: 'identity',
  },
  sent('a CloudEvent', 'application/cloudevents+json', JSON.stringify(cloudEvent)),
  sent('a batch of CloudEvents', 'application/cloudevents-batch+json', `[${json}]`),
  sent('lines of JSON', 'application/x-ndjson', `${json}{"c":`),
  sent('a form', 'application/x-www-form-urlencoded', githubForm),
  sent('XML with a byte order mark', 'application/xml', '\uFEFF<a b="é">\r\n</a>\n'),
  sent('SOAP', 'application/soap+xml; charset=utf-8; action="urn:a:b"', '<Envelope/>'),
  sent('text with NUL and line ends', 'text/plain', 'a\0b\r\n\n\r\t é 😀 \uFFFD  \r\n'),
  sent('CSV', 'text/csv; charset=utf-8; header=present', 'a;b\r\n"1";"é"\r\n'),
  sent('one space', 'text/plain', ' '),
  sent('one NUL', 'application/octet-stream', Buffer.of(0)),
  sent('every byte', 'application/octet-stream', everyByte),
  sent('text without a type', null, 'a=1\r\n'),
  sent(
    'a picture',
    'image/png',
    Buffer.concat([Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'), everyByte]),
  ),
  sent('multipart with a file', 'multipart/form-data; boundary=b1', multipart),
  {
    ...sent('compressed bytes', 'application/x-protobuf', gzipSync(everyByte)),
    contentEncoding: 'gzip',
  },
  {
    ...sent('twice compressed', 'application/cbor', gzipSync(brotliCompressSync(json))),
    contentEncoding: 'br, gzip',
  },
  sent('gzip magic that is not gzip', 'application/gzip', Buffer.of(0x1f, 0x8b, 8, 0)),
  sent('256 KB of chance', 'application/octet-stream', randomBytes(256 * 1_024)),
];

/** Emulators differ on what a gateway takes this for. */
export const untyped = sent(
  'bytes without a type',
  null,
  Buffer.of(0xc3, 0x28, 0, 0x0d, 0x0a, 0xff),
);

/** What an HTTP API takes for UTF-8 text, and is none: it may be refused there, and never altered. */
export const noText: readonly Sent[] = [
  { ...sent('compressed JSON', 'application/json', gzipSync(json)), contentEncoding: 'gzip' },
  sent('text in Latin-1', 'text/csv; charset=iso-8859-1', Buffer.from('a;é\r\n', 'latin1')),
  sent('XML in UTF-16', 'application/xml', Buffer.from('\uFEFF<é/>', 'utf16le')),
];

/** What a gateway that parses bodies cannot put together again as it was. */
export function isParsed({
  contentType,
  contentEncoding,
}: Pick<Sent, 'contentType' | 'contentEncoding'>): boolean {
  const isForm = /^(application\/x-www-form-urlencoded|multipart\/)/.test(contentType ?? '');
  return isForm || contentEncoding === 'gzip';
}

function sent(name: string, contentType: string | null, body: string | Buffer): Sent {
  return { name, contentType, body: Buffer.from(body) };
}
