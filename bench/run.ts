// `npm run bench`: what the local server does on this machine. Only the ratios mean something on another one.
import { isolation } from './isolation.ts';

await isolation();
