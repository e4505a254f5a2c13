// Writes docs/openapi.json from the contract. A test fails when the two differ.
import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../lambdas/contract/http/openapi.ts';

const file = new URL('../docs/openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
