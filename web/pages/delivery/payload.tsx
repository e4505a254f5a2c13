// The payload: byte for byte as it was received, or laid out for reading.
import { useState } from 'preact/hooks';
import type { DeliveryDetail } from '../../api/resources.ts';
import { bytes } from '../../format.ts';
import { pretty } from '../../laid-out.ts';
import { Code } from '../../parts/text.tsx';

export function Payload({ delivery }: { delivery: DeliveryDetail }) {
  const [isRaw, setRaw] = useState(false);
  const { payload_raw: raw, content_type: type } = delivery;
  const size = new TextEncoder().encode(raw).byteLength;
  return (
    <div class="stack tight">
      <div class="actions">
        <h3>Payload</h3>
        <span class="quiet">
          <bdi>{type}</bdi>, {bytes(size)}
        </span>
        <div class="segments" role="group" aria-label="Form of the payload">
          <button type="button" aria-pressed={!isRaw} onClick={() => setRaw(false)}>
            Pretty
          </button>
          <button type="button" aria-pressed={isRaw} onClick={() => setRaw(true)}>
            Raw
          </button>
        </div>
      </div>
      <Code text={isRaw ? raw : pretty(raw)} label="Payload" copyWhat="payload" />
    </div>
  );
}
