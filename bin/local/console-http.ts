// Serves the console locally: built when its sources are newer, then served from memory as on AWS.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { consolePages } from '../../lambdas/contract/http/console-paths.ts';
import { answerConsole, isConsolePath } from '../../lambdas/edge/console/console.ts';
import { readConsoleFiles } from '../../lambdas/edge/console/console-files.ts';
import type { ConsoleFiles } from '../../lambdas/edge/console/console-files.ts';
import { ensureWeb } from '../../scripts/build-web.ts';

export type ConsoleServer = {
  serves(method: string | undefined, path: string): boolean;
  answer(request: IncomingMessage, response: ServerResponse): void;
};

/** The development inbox's page: only the local server has it. */
export const inboxPage = '/inbox';

const pages = [...consolePages, inboxPage];

/** Tells the page that there is an inbox. */
const inboxMark = '<meta name="development-inbox" content="on" />';

export async function createConsoleServer(): Promise<ConsoleServer> {
  const built = readConsoleFiles(await ensureWeb());
  const files: ConsoleFiles = {
    ...built,
    page: built.page.replace('</head>', `${inboxMark}</head>`),
  };
  return {
    serves: (method, path) => (method === 'GET' || method === 'HEAD') && isConsolePath(path, pages),
    answer(request, response) {
      const [path = '/'] = (request.url ?? '/').split('?');
      const encoding = String(request.headers['accept-encoding'] ?? '');
      const headers = { 'accept-encoding': encoding };
      const answer = answerConsole(files, { path, headers, basePath: '' });
      const body = Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8');
      // Node itself omits the body of a HEAD response.
      response.writeHead(answer.statusCode, { ...answer.headers, 'content-length': body.length });
      response.end(body);
    },
  };
}
