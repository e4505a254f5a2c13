import { Icon } from '../parts/icon.tsx';
import { dismiss, notices } from '../state/notices.ts';

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text, href, link }) => (
        <div class={`notice ${kind}`} key={id}>
          <p>
            <bdi>{text}</bdi> {href !== undefined && <a href={href}>{link}</a>}
          </p>
          <button type="button" class="icon-button" onClick={() => dismiss(id)}>
            <Icon name="close" />
            <span class="hidden">Dismiss</span>
          </button>
        </div>
      ))}
    </div>
  );
}
