// Shown for a page that does not exist, or that this key may not see.
import type { Scope } from '../api/resources.ts';
import { Empty } from '../parts/states.tsx';
import { may } from '../state/session.ts';

export function NotFound() {
  return (
    <Empty title="Page not found">
      <p>
        <a href="./">Go to the dashboard</a>
      </p>
    </Empty>
  );
}

export function NotAllowed({ scope }: { scope: Scope }) {
  return (
    <Empty title={`This page needs an API key with the scope ${scope}`}>
      {may('publish') && !may('read') && (
        <p>This key sends events: try “Send test webhook” above.</p>
      )}
    </Empty>
  );
}
