// The development inbox of the local server. It is not part of the API contract: its types are
// defined here.
import { send } from './client.ts';
import { failureOf } from './failure.ts';

export type InboxSummary = { name: string; requests: number };

export type Verdict = true | false | 'unsigned';

export type InboxRequest = {
  received_at: string;
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body_base64: string;
  verified: { standard_webhooks: Verdict; hub: Verdict };
  status: number;
};

export async function listInboxes(signal: AbortSignal): Promise<InboxSummary[]> {
  const { inboxes } = (await ask('dev/inbox', 'GET', signal)) as { inboxes: InboxSummary[] };
  return inboxes;
}

export async function listRequests(name: string, signal: AbortSignal): Promise<InboxRequest[]> {
  const answer = await ask(`dev/inbox/${encodeURIComponent(name)}/requests`, 'GET', signal);
  return (answer as { requests: InboxRequest[] }).requests;
}

export async function clearInbox(name: string): Promise<void> {
  await ask(`dev/inbox/${encodeURIComponent(name)}/requests`, 'DELETE');
}

async function ask(path: string, method: string, signal?: AbortSignal): Promise<unknown> {
  const { status, body } = await send(path, {
    method,
    ...(signal && { signal }),
  });
  if (status >= 400) throw failureOf(status, body);
  return body;
}
