import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberText } from '../../../lambdas/core/events/json-member.ts';

describe('the text of a member', () => {
  it.each([
    ['a number beyond 2^53', '{"a":1,"payload":7615917337495251231}', '7615917337495251231'],
    ['a decimal', '{ "payload" : 1.10 , "a":[1,{"payload":2}]}', '1.10'],
    [
      'an object with its spaces',
      '{"payload": {"b" : 1e2,\r\n"a":[ ]} }',
      '{"b" : 1e2,\r\n"a":[ ]}',
    ],
    [
      'marks in strings',
      String.raw`{"x":"\",\"payload\":","payload":"},:{\\"}`,
      String.raw`"},:{\\"`,
    ],
    ['a name with escapes', String.raw`{"p\u0061yload":[1,2]}`, '[1,2]'],
    ['the last of several', '{"payload":1,"payload":2.0}', '2.0'],
    ['a member that is not there', '{"a":{"payload":1},"b":"payload"}', null],
    ['an empty object', ' { } ', null],
  ])('is found for %s', (_, json, text) => {
    expect(memberText(json, 'payload')).toBe(text);
  });

  it('is what JSON.parse reads', () => {
    const spaced = fc.constantFrom(undefined, 1, '\t');
    const object = fc.dictionary(fc.oneof(fc.constant('payload'), fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(object, spaced, (value, space) => {
        const text = memberText(JSON.stringify(value, null, space), 'payload');
        const expected = Object.hasOwn(value, 'payload') ? value['payload'] : undefined;
        expect(text === null ? undefined : JSON.parse(text)).toEqual(
          expected === undefined ? undefined : JSON.parse(JSON.stringify(expected)),
        );
      }),
    );
  });

  it('handles a long text', () => {
    const long = JSON.stringify('\\"'.repeat(200_000));
    expect(memberText(`{"a":${long},"payload":${long}}`, 'payload')).toBe(long);
  });
});
