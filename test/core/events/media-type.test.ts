import { expect, it } from 'vitest';
import { isIdentity, isJsonType } from '../../../lambdas/core/events/media-type.ts';

it.each([
  ['application/json', true],
  ['Application/JSON ; charset=utf-8', true],
  ['text/json', true],
  ['application/cloudevents+json', true],
  ['model/gltf+json;a=b', true],
  ['application/jsonp', false],
  ['application/json-seq', false],
  ['application/x-ndjson', false],
  ['application/+json', false],
  ['image/json', false],
  ['text/plain; a=application/json', false],
  ['text/plain; x/y+json', false],
])('%s is JSON: %s', (type, isJson) => {
  expect(isJsonType(type)).toBe(isJson);
});

it.each([
  [null, true],
  ['identity', true],
  ['Identity, identity', true],
  ['gzip', false],
  ['identity, gzip', false],
])('bytes encoded as %s are the content itself: %s', (encoding, isPlain) => {
  expect(isIdentity(encoding)).toBe(isPlain);
});
