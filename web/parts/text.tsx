// Untrusted text: inert, isolated from surrounding text, and truncated if long.
import { useState } from 'preact/hooks';
import { bytes } from '../format.ts';
import { CopyButton } from './copy.tsx';

const shownCharacters = 4_000;

type CodeProps = { text: string; label: string; copyWhat?: string };

/** A block of code; the rest is a click away. */
export function Code({ text, label, copyWhat }: CodeProps) {
  const [showsAll, setShowsAll] = useState(false);
  const isCut = text.length > shownCharacters && !showsAll;
  return (
    <div class="code">
      <pre tabIndex={0} role="group" aria-label={label} dir="ltr">
        <code>{isCut ? text.slice(0, shownCharacters) : text}</code>
      </pre>
      <div class="code-tools">
        {text.length > shownCharacters && (
          <button type="button" class="button small" onClick={() => setShowsAll(!showsAll)}>
            {isCut ? `Show all (${bytes(text.length)})` : 'Show less'}
          </button>
        )}
        {copyWhat && <CopyButton text={text} what={copyWhat} label="Copy" />}
      </div>
    </div>
  );
}

/** An inline value; if truncated, the title has the full text. */
export function Line({ text, max = 80 }: { text: string; max?: number }) {
  if (text.length <= max) return <bdi>{text}</bdi>;
  return <bdi title={text.slice(0, 1_000)}>{`${text.slice(0, max)}…`}</bdi>;
}

/** A target is a link only if it leads to a web page: `javascript:` never does. */
export function Target({ url }: { url: string }) {
  const isWeb = /^https?:\/\//i.test(url);
  if (!isWeb) return <Line text={url} />;
  return (
    <a
      class="target"
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      title={url.slice(0, 1_000)}
    >
      <Line text={url} max={60} />
    </a>
  );
}
