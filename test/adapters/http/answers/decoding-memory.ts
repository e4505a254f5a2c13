// A process of its own, since its greatest size so far tells what bombs cost at their worst, and other tests would hide it.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { decode } from '../../../../lambdas/adapters/http/answers/content-decoding.ts';

const [coding = '', bombBase64 = ''] = process.argv.slice(2);
const bomb = Buffer.from(bombBase64, 'base64');
const small = { br: brotliCompressSync('x'), gzip: gzipSync('x') }[coding] ?? new Uint8Array();

const wanted = 4_000;
// Loads the code, and lets the collector take what it will use again.
for (let round = 0; round < 200; round += 1) await decode(coding, small, wanted);
const before = process.resourceUsage().maxRSS;
await Promise.all(Array.from({ length: 100 }, () => decode(coding, bomb, wanted)));
console.log((process.resourceUsage().maxRSS - before) * 1_024);
