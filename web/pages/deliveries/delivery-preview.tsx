// What a delivery carried and how its attempts went, unfolded in the list.
import { call } from '../../api/client.ts';
import { Shown } from '../../parts/states.tsx';
import { Payload } from '../delivery/payload.tsx';
import { AttemptSummary } from '../delivery/attempts.tsx';
import { useLive } from '../../state/live.ts';

export function DeliveryPreview({ id }: { id: string }) {
  const live = useLive(`delivery ${id}`, (signal) => call('getDelivery', { id, signal }));
  return (
    <Shown live={live} rows={2}>
      {({ delivery, attempts }) => (
        <div class="stack">
          <Payload delivery={delivery} />
          <div>
            <h3>Delivery attempts</h3>
            {attempts.length === 0 ? (
              <p class="quiet">Awaiting its first attempt…</p>
            ) : (
              <ul class="lines">
                {attempts.map((attempt) => (
                  <AttemptSummary attempt={attempt} key={attempt.id} />
                ))}
              </ul>
            )}
          </div>
          <p>
            <a href={`delivery/${id}`}>All details</a>
          </p>
        </div>
      )}
    </Shown>
  );
}
