// What pages show of what the API says: values, times, error codes, event types, the API's description.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../lambdas/contract/http/openapi.ts';
import { bytes, duration, isolated, percent, relativeTime, utcTime } from '../../web/format.ts';
import { pretty } from '../../web/laid-out.ts';
import {
  filtersFrom,
  inputTime,
  queryOf,
  timeOfInput,
} from '../../web/pages/deliveries/filters.ts';
import { timingParts } from '../../web/pages/delivery/timing-parts.ts';
import type { Document } from '../../web/pages/reference/document.ts';
import { exampleOf, groupsOf, scopeOf, typeOf } from '../../web/pages/reference/document.ts';
import { eventTypesOf } from '../../web/state/event-type-counts.ts';
import { parseErrorCodes } from '../../web/state/parse-error-codes.ts';
import { jsonError } from '../../web/test-webhook/json-error.ts';

test.each([
  ['Billing (EU) é 日本', 'Billing (EU) é 日本'],
  ['\u202Etxt.exe', '\u2068txt.exe\u2069'],
  ['\u2067a\u2069\u2069\u202Eb', '\u2068ab\u2069'],
  ['חשבון', '\u2068חשבון\u2069'],
  ['حساب 1', '\u2068حساب 1\u2069'],
])('what %j turns in the reading order ends with it', (text, shown) =>
  expect(isolated(text)).toBe(shown),
);

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_500, '1.5 s'],
  [90_000, '1 min 30 s'],
  [3_600_000, '1 h'],
  [5_400_000, '1 h 30 min'],
  [90_000_000, '1 d 1 h'],
  [null, '–'],
])('%s ms is shown as %s', (ms, text) => expect(duration(ms)).toBe(text));

test.each([
  [-3_000, /3 sec/],
  [-180_000, /3 min/],
  [7_200_000, /^in 2 h/],
  [100, /^now$/],
])('a time %s ms away is told in words', (ms, words) => {
  const now = Date.parse('2035-01-01T12:00:00.000Z');
  expect(relativeTime(new Date(now + ms).toISOString(), now)).toMatch(words);
});

test('titles have the time in UTC', () => {
  expect(utcTime('2035-01-01T12:00:00.000+02:00')).toBe('2035-01-01 10:00:00.000 UTC');
});

test('what is not known is a dash, not a zero', () => {
  expect(percent(null)).toBe('–');
  expect(percent(0)).toBe('0 %');
});

test.each([
  [0, '0 B'],
  [1_536, '1.5 KB'],
  [3 * 1_024 * 1_024, '3 MB'],
])('%s bytes are %s', (size, text) => expect(bytes(size)).toBe(text));

test('JSON is laid out, and other text stays as it is', () => {
  expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(pretty('<p>no JSON</p>')).toBe('<p>no JSON</p>');
  const open = String.raw`{"a":"\"[[[[","b":{}}`;
  expect(pretty(open)).toBe(JSON.stringify(JSON.parse(open), null, 2));
  expect(jsonError('{"a":')).toBeTypeOf('string');
  expect(jsonError('0')).toBeUndefined();
});

test.each([
  [
    '{"id":7615917337495251231,"price":1.10,"e":1E+2,"z":-0}',
    ['7615917337495251231', '1.10', '1E+2', '-0'],
  ],
  [
    String.raw`{"b":"\u00e9\/ :{,","2":1,"1":2,"2":3}`,
    [String.raw`"\u00e9\/ :{,"`, '"2": 1', '"2": 3'],
  ],
])('laying JSON out changes nothing but white space: %s', (text, kept) => {
  const laidOut = pretty(text);
  for (const each of kept) expect(laidOut).toContain(each);
  expect(laidOut.replaceAll(/\n *|(?<=":) /g, '')).toBe(text);
});

test('JSON is laid out as JSON.stringify does it, whatever its white space was', () => {
  const space = fc.constantFrom(undefined, 1, '\t', '\r\n');
  fc.assert(
    fc.property(fc.jsonValue(), space, (value, given) => {
      const plain = JSON.stringify(value);
      expect(pretty(JSON.stringify(value, null, given))).toBe(
        JSON.stringify(JSON.parse(plain), null, 2),
      );
    }),
  );
});

test('JSON that would become a flood when it is laid out stays as it is', () => {
  const deep = (levels: number, within: string) =>
    `${'['.repeat(levels)}${within}${']'.repeat(levels)}`;
  const flood = deep(400, `${'0,'.repeat(10_000)}0`);
  expect(pretty(flood)).toBe(flood);
  const noJson = String.raw`\"`.repeat(130_000);
  expect(pretty(noJson)).toBe(noJson);
  const harmless = deep(400, `"${'[,'.repeat(10_000)}"`);
  expect(pretty(harmless)).toBe(JSON.stringify(JSON.parse(harmless), null, 2));
});

describe('the parts of an attempt', () => {
  const timings = { dns_ms: 5, connect_ms: 15, tls_ms: 40, first_byte_ms: 140 };
  const shown = (given: object, total: number) =>
    timingParts({ timings: { ...timings, ...given }, duration_ms: total }).map(
      ({ name, ms }) => `${name} ${ms}`,
    );

  test('are the time between one step and the next', () => {
    expect(shown({}, 150)).toEqual(['DNS 5', 'connect 10', 'TLS 25', 'waiting 100', 'the rest 10']);
  });

  test('leave out what a kept connection did not need', () => {
    const kept = { dns_ms: null, connect_ms: null, tls_ms: null };
    expect(shown(kept, 140)).toEqual(['waiting 140']);
  });

  test('add up to the whole, also where it ended early', () => {
    expect(shown({ tls_ms: null, first_byte_ms: null }, 100)).toEqual([
      'DNS 5',
      'connect 10',
      'the rest 85',
    ]);
  });
});

test('every documented error code has its meaning and an advice', () => {
  const file = new URL('../../docs/error-codes.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const codes = parseErrorCodes(text);
  const rows = text.match(/^\| `\w+` \|/gm) ?? [];
  expect(codes.length).toBeGreaterThan(20);
  expect(codes).toHaveLength(rows.length);
  expect(codes.find(({ code }) => code === 'connect_refused')).toEqual({
    code: 'connect_refused',
    meaning: 'nothing listens on the port',
    advice: 'start the server, or correct the port',
  });
});

test('event types are counted from subscriptions and deliveries, the most delivered first', () => {
  const at = (minute: number) => new Date(Date.UTC(2035, 0, 1, 0, minute)).toISOString();
  const counts = eventTypesOf(
    [{ event_types: ['a', 'b'] }, { event_types: ['b'] }, { event_types: null }],
    [
      { event_type: 'b', status: 'failed', created_at: at(1) },
      { event_type: 'b', status: 'delivered', created_at: at(2) },
      { event_type: null, status: 'delivered', created_at: at(3) },
    ],
  );
  expect(counts).toEqual([
    { type: 'b', subscriptions: 2, deliveries: 2, failed: 1, lastAt: at(2) },
    { type: null, subscriptions: 0, deliveries: 1, failed: 0, lastAt: at(3) },
    { type: 'a', subscriptions: 1, deliveries: 0, failed: 0, lastAt: null },
  ]);
});

describe('the filters of the list', () => {
  test('come from the query, which goes before the path', () => {
    const query = new URLSearchParams('status=failed&subscription_id=sub_2&event_type=a.b');
    expect(queryOf(filtersFrom(query, 'sub_1'))).toEqual({
      status: 'failed',
      subscription_id: 'sub_2',
      event_type: 'a.b',
    });
    expect(filtersFrom(new URLSearchParams(), 'sub_1').subscription_id).toBe('sub_1');
  });

  test('do not pass on a status that is none', () => {
    expect(filtersFrom(new URLSearchParams('status=banana'), '').status).toBe('');
  });

  test('keep a time to the minute on its way through the viewer’s zone', () => {
    const time = '2035-07-01T10:30:00.000Z';
    expect(timeOfInput(inputTime(time))).toBe(time);
    expect(inputTime('banana')).toBe('');
    expect(timeOfInput('')).toBe('');
  });
});

describe('the reference', () => {
  const document = openApiDocument() as unknown as Document;
  const entries = [...groupsOf(document).values()].flat();
  const operationOf = (id: string) =>
    entries.map(({ operation }) => operation).find(({ operationId }) => operationId === id)!;

  test('has every call, in groups', () => {
    const all = Object.values(document.paths).flatMap((path) => Object.keys(path));
    expect(entries).toHaveLength(all.length);
    expect([...groupsOf(document).keys()]).toEqual(
      expect.arrayContaining(['service', 'subscriptions', 'deliveries', 'replays', 'keys']),
    );
  });

  test('knows what a key needs', () => {
    expect(scopeOf(operationOf('getHealth'))).toBeNull();
    expect(scopeOf(operationOf('whoAmI'))).toBe('');
    expect(scopeOf(operationOf('createSubscription'))).toBe('admin');
    expect(scopeOf(operationOf('ingest'))).toBe('publish');
  });

  test('knows that nobody needs a key where keys are off', () => {
    const open = openApiDocument('off') as unknown as Document;
    const needed = [...groupsOf(open).values()].flat().map(({ operation }) => scopeOf(operation));
    expect(new Set(needed)).toEqual(new Set([null]));
  });

  test('starts a body with its required fields', () => {
    const body = operationOf('createSubscription').requestBody!.content['application/json']!;
    expect(exampleOf(document, body.schema)).toEqual({ target_url: '' });
  });

  test('says every type in words', () => {
    for (const schema of Object.values(document.components.schemas)) {
      expect(typeOf(document, schema)).toMatch(/\S/);
    }
    expect(typeOf(document, { enum: ['a', 'b'] })).toBe('"a" | "b"');
    expect(typeOf(document, { type: 'array', items: { type: 'string' } })).toBe('list of string');
  });
});
