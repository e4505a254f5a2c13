// Sends one HTTP request as it is told: any header (Host too), any body, no redirects.
import * as http from 'node:http';
import * as https from 'node:https';

export type Reply = {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  /** The body as JSON; undefined when it is none. */
  json: unknown;
};

export type Question = {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | undefined;
};

// A connection for each: a reused one that the other side is closing would fail a test for nothing.
export function send(question: Question): Promise<Reply> {
  const { method, url, headers, body } = question;
  const { origin, protocol, hostname, port } = new URL(url);
  const { request } = protocol === 'https:' ? https : http;
  // The path as it was written: a URL object would tidy it up.
  const path = url.slice(origin.length);
  const options = { method, hostname, port, path, headers: { ...headers }, agent: false as const };
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, text, json: parsed(text) });
      });
    });
    outgoing.setTimeout(60_000, () => outgoing.destroy(new Error(`No answer: ${method} ${url}`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
