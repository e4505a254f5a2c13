// Commands to paste into a shell. No secret and no key is ever part of one: variables stand in their places.

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

/** The request of a delivery, as far as the API tells it: the signature can only be made by who has the secret. */
export function deliveryCommand(delivery: {
  id: string;
  event_type: string | null;
  content_type: string;
  payload_raw: string;
  targetUrl: string;
}): string {
  const headers = [
    `Content-Type: ${delivery.content_type}`,
    `webhook-id: ${delivery.id}`,
    ...(delivery.event_type === null ? [] : [`X-Event-Type: ${delivery.event_type}`]),
  ];
  return [
    `curl -X POST ${quoted(delivery.targetUrl)}`,
    ...headers.map((header) => `-H ${quoted(header)}`),
    `--data-binary ${quoted(delivery.payload_raw)}`,
  ].join(' \\\n  ');
}
