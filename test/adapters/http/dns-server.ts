// A DNS server on UDP with just enough of RFC 1035 to lie in every way that the tests need.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Found = { address: string; ttl?: number };
export type Reply = readonly Found[] | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'silence';
export type Question = { name: string; type: 'A' | 'AAAA' };

const types = { A: 1, AAAA: 28 } as const;
const responseCodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** Answers what `reply` says, and remembers what was asked. */
export async function dnsServer(
  reply: (question: Question) => Reply,
): Promise<{ servers: string[]; questions: Question[] }> {
  const questions: Question[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, sender) => {
    const question = parse(message);
    questions.push(question);
    const answer = reply(question);
    if (answer !== 'silence') socket.send(encode(message, question, answer), sender.port);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { servers: [`127.0.0.1:${(socket.address() as AddressInfo).port}`], questions };
}

function parse(message: Buffer): Question {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = message.readUInt16BE(at + 1) === types.AAAA ? 'AAAA' : 'A';
  return { name: labels.join('.').toLowerCase(), type };
}

function encode(query: Buffer, question: Question, reply: Exclude<Reply, 'silence'>): Buffer {
  const code = typeof reply === 'string' ? reply : 'NOERROR';
  const found = typeof reply === 'string' ? [] : reply;
  const questionEnd = query.indexOf(0, 12) + 5;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2); // The query's id.
  header.writeUInt16BE(0x8180 | responseCodes[code], 2); // An answer, recursion desired and available.
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  return Buffer.concat([
    header,
    query.subarray(12, questionEnd),
    ...found.map((record) => encodeRecord(question, record)),
  ]);
}

function encodeRecord({ type }: Question, { address, ttl = 60 }: Found): Buffer {
  const data = Buffer.from(bytesOf(address));
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0); // A pointer to the name of the question.
  record.writeUInt16BE(types[type], 2);
  record.writeUInt16BE(1, 4); // The class: Internet.
  record.writeUInt32BE(ttl, 6);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([record, data]);
}

function bytesOf(address: string): number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (half: string): string[] => half.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  return [...groups(head), ...zeros, ...groups(tail)]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255]);
}
