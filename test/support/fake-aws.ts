// An HTTP server in the place of AWS, for what emulators do not do: fail, answer in part, lose an answer.
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type AwsClients, openClients } from '../../lambdas/adapters/aws/clients.ts';
import { credentials, region } from './aws-driver.ts';

export type FakeRequest = {
  /** The operation, `SendMessageBatch`, or the path of a REST call. */
  target: string;
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  json: Record<string, unknown>;
};

/** `lost` breaks the connection. */
export type FakeAnswer = { status?: number; error?: string; json?: unknown } | 'lost';

export type FakeAws = {
  clients: AwsClients;
  /** Every request, in order. */
  requests: FakeRequest[];
  close(): Promise<void>;
};

export async function openFakeAws(
  answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>,
): Promise<FakeAws> {
  const requests: FakeRequest[] = [];
  const server = createServer((incoming, response) => {
    void handle(incoming, response);
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = incoming;
    const text = (await buffer(incoming)).toString();
    const target = String(headers['x-amz-target'] ?? path).replace(/^.*\./, '');
    const request = { target, path, headers, text, json: JSON.parse(text || '{}') };
    requests.push(request);
    const given = await answer(request);
    if (given === 'lost') {
      incoming.socket.destroy();
      return;
    }
    const { error, status = error === undefined ? 200 : 400, json = {} } = given;
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      ...(error === undefined ? {} : { 'x-amzn-errortype': error }),
    });
    response.end(JSON.stringify(error === undefined ? json : { __type: error, message: 'No.' }));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = openClients({ endpoint, region, credentials });
  return {
    clients,
    requests,
    async close() {
      for (const client of Object.values(clients)) client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Passes a request on to the emulator at `endpoint`. */
export async function forward(endpoint: string, request: FakeRequest): Promise<FakeAnswer> {
  const { 'x-amz-target': target = '', 'content-type': type = '' } = request.headers;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': String(target),
      'content-type': type,
      authorization: String(request.headers.authorization),
      'x-amz-date': String(request.headers['x-amz-date']),
    },
    body: request.text,
  });
  const json = (await response.json()) as { __type?: string };
  return { status: response.status, json, ...(response.ok ? {} : { error: json.__type ?? '' }) };
}
