// The payload, as it was received.
import { useMemo } from 'preact/hooks';
import type { DeliveryDetail } from '../../api/resources.ts';
import { bodyOfBase64, bodyOfText } from '../../body.ts';
import { BodyShown } from '../../parts/body.tsx';

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
  return <BodyShown body={body} title="Payload" copyWhat="payload" />;
}
