// Reads the text of a queue message: a message, or poison. During a deployment a newer version may
// send what an older one cannot read yet, so poison is classified by whether any version could read
// it.
import { messageEnvelope, queueMessage } from '../../contract/messages.ts';
import type { QueueMessage } from '../../contract/messages.ts';

export type Poison = {
  kind: 'poison';
  reason: 'unreadable' | 'unknown_version';
  /** One sentence that reveals nothing of the text but its version, kind and field names. */
  detail: string;
};

export type Reading = { kind: 'message'; message: QueueMessage } | Poison;

const kindLengthMax = 40;

export function readMessage(text: string): Reading {
  const json = parse(text);
  if (json === undefined) return poison('unreadable', 'It is not JSON');
  const parsed = queueMessage.safeParse(json);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const enveloped = messageEnvelope.safeParse(json);
  if (!enveloped.success) return poison('unreadable', 'It lacks a message version and kind');
  const { version, kind } = enveloped.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.'));
  return poison(
    'unknown_version',
    `Version ${version} of kind ${shown(kind)} is unknown to this code; it failed on ` +
      [...new Set(fields)].join(', '),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown(kind: string): string {
  return JSON.stringify(kind.slice(0, kindLengthMax));
}

function poison(reason: Poison['reason'], detail: string): Poison {
  return { kind: 'poison', reason, detail };
}
