// What stands in the place of a page that is not there, or not for this key.
import type { Scope } from '../api/resources.ts';
import { Empty } from '../parts/states.tsx';
import { may } from '../state/session.ts';

export function NotFound() {
  return (
    <Empty title="There is no such page">
      <p>
        <a href="./">To the dashboard</a>
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
