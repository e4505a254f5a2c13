// The local server by a clock that is as wrong as a file says, in ms, from the moment that it is written.
import { readFileSync } from 'node:fs';

const file = process.env['CLOCK_FILE'] ?? '';
const rightNow = Date.now;

Date.now = () => rightNow() + Number(readFileSync(file, 'utf8'));

globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [Date.now()] : given, newTarget) as Date,
});

await import('../../bin/local.ts');
