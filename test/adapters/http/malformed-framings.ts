// Heads that Node's strict parser refuses and others take, by what is wrong with them.

const after = (line: string): string => `HTTP/1.1 200 OK\r\n${line}\r\n`;
const length = 'Content-Length: 2\r\n\r\nok';

export const malformedFramings: Record<string, { text: string; malformed: string }> = {
  'the same length twice': {
    text: `${after('Content-Length: 2')}${length}`,
    malformed: 'Content-Length is repeated',
  },
  'two lengths': {
    text: `${after('Content-Length: 5')}${length}`,
    malformed: 'Content-Length is repeated',
  },
  'a length beside chunks': {
    text: `${after('Transfer-Encoding: chunked')}${length}`,
    malformed: 'the Content-Length is not a valid number, or is combined with Transfer-Encoding',
  },
  'chunks beside a length': {
    text: `${after('Content-Length: 2')}Transfer-Encoding: chunked\r\n\r\nok`,
    malformed: 'Content-Length is combined with Transfer-Encoding',
  },
  'a negative length': {
    text: `${after('Content-Length: -2')}\r\nok`,
    malformed: 'the Content-Length is not a valid number, or is combined with Transfer-Encoding',
  },
  'a length that overflows': {
    text: `${after('Content-Length: 99999999999999999999')}\r\nok`,
    malformed: 'the Content-Length is not a valid number, or is combined with Transfer-Encoding',
  },
  'a list of lengths': {
    text: `${after('Content-Length: 2, 2')}\r\nok`,
    malformed: 'the Content-Length is not a valid number, or is combined with Transfer-Encoding',
  },
  'bare line feeds': {
    text: 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok',
    malformed: 'a line of the head ends in a bare line feed',
  },
  'one bare line feed': {
    text: `HTTP/1.1 200 OK\r\nX-A: b\n${length}`,
    malformed: 'a line of the head ends in a bare line feed',
  },
  'a surplus carriage return': {
    text: `HTTP/1.1 200 OK\r\r\n${length}`,
    malformed: 'a line of the head has an extra carriage return',
  },
  'a carriage return within a header': {
    text: `${after('X-A: b\rc')}${length}`,
    malformed: 'a header contains a carriage return',
  },
  'a folded header': {
    text: `${after('X-A: b\r\n  c')}${length}`,
    malformed:
      'a header is folded, or has a space before the colon or a character that HTTP forbids',
  },
  'a space before the first header': {
    text: `${after(' X-A: b')}${length}`,
    malformed: 'the first header starts with a space',
  },
  'a space before the colon': {
    text: `${after('X-A : b')}${length}`,
    malformed:
      'a header is folded, or has a space before the colon or a character that HTTP forbids',
  },
  'a NUL in a header': {
    text: `${after('X-A: a\0b')}${length}`,
    malformed:
      'a header is folded, or has a space before the colon or a character that HTTP forbids',
  },
  'a line without a colon': {
    text: `${after('nonsense')}${length}`,
    malformed:
      'a header is folded, or has a space before the colon or a character that HTTP forbids',
  },
  'two spaces in the status line': {
    text: `HTTP/1.1  200 OK\r\n${length}`,
    malformed: 'the status line has extra spaces',
  },
  'HTTP/1.2': {
    text: `HTTP/1.2 200 OK\r\n${length}`,
    malformed: 'the version in the status line is neither 1.0 nor 1.1',
  },
};
