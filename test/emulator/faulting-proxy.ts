// An HTTP proxy before the emulator, which makes the deployed functions live through what AWS does on a bad day: calls
// that are throttled, fail, take long, or break off before or after they were carried out.
import { createServer, request as ask } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** `reset` breaks off before the call is passed on, `apply-then-reset` after it was carried out. */
export type Fault =
  | { kind: 'throttle' | 'server-error' | 'reset' | 'apply-then-reset' }
  | { kind: 'delay'; ms: number };

/** The first rule that fits a call and takes it makes the fault. */
export type Rule = {
  /** As in an Authorization header: `dynamodb`, `sqs`, `scheduler`, `events`; any by default. */
  service?: string;
  /** Such as `PutItem`; any by default. */
  operation?: string;
  fault: Fault;
  /** Of the calls that fit, from 0 to 1; all by default. */
  rate?: number;
  /** Faults that the rule makes in all; endless by default. */
  count?: number;
};

export type Call = { service: string; operation: string };

export type Injected = Call & { kind: Fault['kind'] };

export type FaultingProxy = {
  url: string;
  /** Every call since the start. */
  calls: readonly Call[];
  injected: readonly Injected[];
  /** From now on; none makes all calls go through. */
  follow(...rules: Rule[]): void;
  close(): Promise<void>;
};

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export async function startFaultingProxy(upstream: string): Promise<FaultingProxy> {
  const calls: Call[] = [];
  const injected: Injected[] = [];
  let rules: Rule[] = [];

  const server = createServer((request, response) => {
    // A caller that has gone, or an emulator that has: the other side sees a connection that breaks off.
    handle(request, response).catch(() => request.socket.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const call = callOf(request);
    calls.push(call);
    const fault = faultFor(call);
    if (fault === undefined) return write(response, await passOn(upstream, request, body));
    injected.push({ ...call, kind: fault.kind });
    switch (fault.kind) {
      case 'throttle':
        return write(response, errorAnswer(400, 'ThrottlingException'));
      case 'server-error':
        return write(response, errorAnswer(500, 'InternalServerError'));
      case 'delay':
        await wait(fault.ms);
        return write(response, await passOn(upstream, request, body));
      case 'apply-then-reset':
        await passOn(upstream, request, body);
        return void request.socket.resetAndDestroy();
      case 'reset':
        return void request.socket.resetAndDestroy();
    }
  }

  function faultFor(call: Call): Fault | undefined {
    const rule = rules.find(
      ({ service, operation, rate = 1, count = Infinity }) =>
        (service ?? call.service) === call.service &&
        (operation ?? call.operation) === call.operation &&
        count > 0 &&
        Math.random() < rate,
    );
    if (rule?.count !== undefined) rule.count -= 1;
    return rule?.fault;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    injected,
    follow(...given) {
      rules = given.map((rule) => ({ ...rule }));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The JSON protocols name the operation in a header, the REST ones by method and path. */
export function callOf(request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>): Call {
  const { authorization = '', 'x-amz-target': target } = request.headers;
  const [, service = ''] = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(authorization) ?? [];
  if (typeof target === 'string') return { service, operation: target.split('.').at(-1) ?? '' };
  const [, kind = ''] = (request.url ?? '').split(/[/?]/);
  return { service, operation: `${request.method} /${kind}` };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function passOn(upstream: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method, headers, url = '' } = request;
  return new Promise((resolve, reject) => {
    // The Host stays the caller's: it is signed.
    const outgoing = ask(`${upstream}${url}`, { method, headers }, (answer) => {
      const whole = bodyOf(answer);
      const { statusCode: status = 502, headers: shown } = answer;
      whole.then((bytes) => resolve({ status, headers: shown, body: bytes }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function errorAnswer(status: number, type: string): Answer {
  const body = Buffer.from(JSON.stringify({ __type: type, message: 'Injected by a test' }));
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type };
  return { status, headers, body };
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  // Of one length now, in whatever pieces it came.
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'transfer-encoding' && value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(status, { 'content-length': body.length }).end(body);
}
