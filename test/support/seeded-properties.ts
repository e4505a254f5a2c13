// Makes every property test try the same examples each time.
import fc from 'fast-check';

fc.configureGlobal({ seed: 1 });
