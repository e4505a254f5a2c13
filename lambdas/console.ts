// Serves the console's page and files. It has no access to data: the page calls the API like any
// other client.
import { join } from 'node:path';
import { createConsoleHandler } from './edge/console/console.ts';
import { readConsoleFiles } from './edge/console/console-files.ts';

const answer = createConsoleHandler(readConsoleFiles(join(import.meta.dirname, 'web')));

export const handler = async (event: unknown) => answer(event);
