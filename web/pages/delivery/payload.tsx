// The payload, as it was received.
import { useMemo } from 'preact/hooks';
import type { DeliveryDetail } from '../../api/resources.ts';
import { bodyOfBase64, bodyOfText } from '../../body.ts';
import { BodyShown } from '../../parts/body.tsx';
import { Code } from '../../parts/text.tsx';

export function Payload({ delivery }: { delivery: DeliveryDetail }) {
  const {
    payload_raw: raw,
    payload_encoding: encoding,
    content_type: contentType,
    content_encoding: contentEncoding,
  } = delivery;
  const body = useMemo(() => {
    const bodyOf = encoding === 'base64' ? bodyOfBase64 : bodyOfText;
    return bodyOf(raw, { contentType, contentEncoding });
  }, [raw, encoding, contentType, contentEncoding]);
  return (
    <>
      <BodyShown body={body} title="Payload" copyWhat="payload" />
      <SenderHeaders headers={delivery.sender_headers} />
    </>
  );
}

function SenderHeaders({ headers }: { headers: DeliveryDetail['sender_headers'] }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (lines.length === 0) return null;
  return <Code text={lines.join('\n')} label="Sender headers" copyWhat="headers" />;
}
