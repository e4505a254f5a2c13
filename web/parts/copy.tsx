// Copying, and ids: shown shortened, copied in full.
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

const shownMs = 1_500;

export function CopyButton({ text, what, label }: { text: string; what: string; label?: string }) {
  const [result, setResult] = useState<'copied' | 'refused' | null>(null);
  useEffect(() => {
    if (result === null) return undefined;
    const timer = setTimeout(() => setResult(null), shownMs);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = () => {
    void copyText(text).then((isDone) => setResult(isDone ? 'copied' : 'refused'));
  };
  const said = result === null ? '' : result === 'copied' ? 'Copied' : 'Copying failed';
  return (
    <button
      type="button"
      class={label ? 'button small' : 'icon-button'}
      onClick={copy}
      title={`Copy ${what}`}
    >
      <Icon name={result === 'copied' ? 'check' : 'copy'} />
      {label ? (
        <span>{result === 'copied' ? 'Copied' : label}</span>
      ) : (
        <span class="hidden">Copy {what}</span>
      )}
      <span class="hidden" role="status">
        {said}
      </span>
    </button>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * A delivery's id starts with a time and ends with its subscription: the middle distinguishes it.
 */
export function shortId(id: string): string {
  if (id.length <= 20) return id;
  return id.startsWith('dlv_') && id.length === 46
    ? `dlv_…${id.slice(20, 30)}`
    : `…${id.slice(-12)}`;
}

export function Id({ id, href, whole = false }: { id: string; href?: string; whole?: boolean }) {
  const text = whole ? id : shortId(id);
  return (
    <span class="id">
      {href ? (
        <a href={href} title={id}>
          <code>{text}</code>
        </a>
      ) : (
        <code title={id}>{text}</code>
      )}
      <CopyButton text={id} what="id" />
    </span>
  );
}
