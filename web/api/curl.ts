// Commands to paste into a shell. They never contain a secret or key, only variables.
import { base64Of } from '../body.ts';

/** One word for a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function ingestCommand({
  url,
  eventType,
  isSigned,
  usesKey,
}: {
  url: string;
  eventType: string;
  isSigned: boolean;
  usesKey: boolean;
}): string {
  const start = [
    `BODY='{"order":42}'`,
    ...(isSigned
      ? [
          `SIGNATURE="sha256=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)"`,
        ]
      : []),
  ];
  const options = [
    `curl -X POST ${quoted(url)}`,
    ...(usesKey ? ['-H "Authorization: Bearer $KEY"'] : []),
    `-H 'Content-Type: application/json'`,
    `-H ${quoted(`X-Event-Type: ${eventType}`)}`,
    ...(isSigned ? ['-H "X-Hub-Signature-256: $SIGNATURE"'] : []),
    '--data-binary "$BODY"',
  ];
  return [...start, options.join(' \\\n  ')].join('\n');
}

/** Linux limits an argument to 128 KB, and a character may have three bytes. */
const argumentCharactersMax = 32 * 1_024;

/** A delivery's request, as far as the API reveals it: only the holder of the secret can sign. */
export function deliveryCommand(delivery: {
  id: string;
  event_type: string | null;
  content_type: string;
  content_encoding: string | null;
  payload_raw: string;
  payload_encoding: 'utf-8' | 'base64';
  targetUrl: string;
}): string {
  const { payload_raw: raw, payload_encoding: encoding, content_encoding: coding } = delivery;
  const headers = [
    `Content-Type: ${delivery.content_type}`,
    ...(coding === null ? [] : [`Content-Encoding: ${coding}`]),
    `webhook-id: ${delivery.id}`,
    ...(delivery.event_type === null ? [] : [`X-Event-Type: ${delivery.event_type}`]),
  ];
  const isArgument =
    encoding === 'utf-8' && raw.length <= argumentCharactersMax && !raw.includes('\0');
  const base64 = encoding === 'base64' ? raw : base64Of(new TextEncoder().encode(raw));
  const curl = `curl -X POST ${quoted(delivery.targetUrl)}`;
  return [
    isArgument ? curl : `printf %s ${quoted(base64)} | base64 -d | ${curl}`,
    ...headers.map((header) => `-H ${quoted(header)}`),
    // Not --data-binary: it treats text that starts with @ as a file name.
    isArgument ? `--data-raw ${quoted(raw)}` : '--data-binary @-',
  ].join(' \\\n  ');
}
