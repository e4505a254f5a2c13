// This deployment's settings, and the console's appearance in this browser.
import { call } from '../api/client.ts';
import type { Settings } from '../api/resources.ts';
import { bytes, duration } from '../format.ts';
import { Card, PageHead } from '../parts/card.tsx';
import { ChoiceField } from '../parts/field.tsx';
import { Shown } from '../parts/states.tsx';
import type { Fact } from '../parts/facts.tsx';
import { Facts } from '../parts/facts.tsx';
import { useLive } from '../state/live.ts';
import { session } from '../state/session.ts';
import type { Theme } from '../theme/theme.ts';
import { chooseTheme, theme } from '../theme/theme.ts';
import { ScheduleText } from './subscription/details.tsx';

export function SettingsPage() {
  const live = useLive('settings', (signal) => call('getSettings', { signal }), 60_000);
  return (
    <>
      <PageHead title="Settings" />
      <div class="columns">
        <Card title="Service">
          <div class="stack tight">
            <Shown live={live}>{({ settings }) => <Facts facts={serviceFacts(settings)} />}</Shown>
            <p class="hint">An operator sets these where the service runs: see docs/settings.md.</p>
          </div>
        </Card>
        <div class="stack">
          <Card title="You">
            <Facts facts={callerFacts()} />
          </Card>
          <Card title="Appearance">
            <ChoiceField
              label="Theme"
              value={theme.value}
              options={[
                ['system', 'Use system setting'],
                ['light', 'Light'],
                ['dark', 'Dark'],
              ]}
              onValue={(chosen) => chooseTheme(chosen as Theme)}
            />
          </Card>
        </div>
      </div>
    </>
  );
}

function serviceFacts(settings: Settings): Fact[] {
  return [
    ['Version', CONSOLE_VERSION],
    ['API', new URL('api', document.baseURI).href],
    ['Retry schedule', <ScheduleText schedule={settings.retry_schedule} />],
    ['Attempt timeout', duration(settings.delivery_timeout_ms)],
    ['Retention of finished deliveries', duration(settings.retention_hours * 3_600_000)],
    ['Largest body', bytes(settings.body_bytes_max)],
    [
      'Events without a type',
      settings.untyped_events === 'deliver'
        ? 'are delivered to all'
        : 'are rejected by subscriptions that filter',
    ],
    ['Operational events', settings.operational_events],
    ['Events per second, per subscription and API key', settings.ingest_events_per_second ?? 'any'],
    [
      'Bytes per second, likewise',
      settings.ingest_bytes_per_second === null ? 'any' : bytes(settings.ingest_bytes_per_second),
    ],
    ['Subscriptions', `${settings.subscriptions_max} at most`],
    ['Events waiting for a subscription', `${settings.parked_events_max} at most`],
  ];
}

function callerFacts(): Fact[] {
  if (session.value.state !== 'ready') return [];
  const { auth, tenant, scopes } = session.value.who;
  return [
    ['API keys', auth === 'on' ? 'required' : 'off: only this machine has access'],
    ['Tenant', tenant],
    ['Scopes', scopes.join(', ')],
  ];
}
