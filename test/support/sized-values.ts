// Values of every kind, with the bytes that they count in an item of DynamoDB.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb';

export const sizedValues: readonly [string, NativeAttributeValue, number][] = [
  ['text, in UTF-8', 'aé☃𝄞', 1 + 2 + 3 + 4],
  ['no text', '', 0],
  ['bytes', new Uint8Array(300), 300],
  ['true', true, 1],
  ['null', null, 1],
  ['zero', 0, 2],
  ['one digit', 7, 2],
  ['two digits, which may share a byte or not', 42, 3],
  ['three digits', 503, 3],
  ['thirteen digits', 1_763_913_600_123, 8],
  ['trailing zeros, which do not count', 1_763_913_600_000, 6],
  ['a fraction', 0.000_12, 3],
  ['a negative number', -503, 4],
  ['an empty list', [], 3],
  ['a list: one byte for each element', ['ab', 7], 3 + 3 + 3],
  ['an empty map', {}, 3],
  ['a map: one byte for each pair', { ab: 'cd' }, 3 + 1 + 4],
  ['a list of maps', [{ a: 'b' }], 3 + 1 + 6],
];
