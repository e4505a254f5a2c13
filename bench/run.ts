// `npm run bench`: what the local server does on this machine. Only the ratio means something on another one.
import { consoleBudget } from './console.ts';
import { hostileHosts } from './hostile-hosts.ts';
import { isolation } from './isolation.ts';
import { tarpits } from './tarpits.ts';
import { throughput } from './throughput.ts';

await isolation();
await tarpits();
await throughput();
await hostileHosts();
await consoleBudget();
