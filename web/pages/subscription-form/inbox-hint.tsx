// Below the target URL, where the service has a development inbox: its address, and how it is to answer, a click away.
import { hasInbox, inboxOf, inboxUrl } from '../../state/inbox.ts';

const answers = [
  ['Take every webhook', ''],
  ['Fail twice, then take it', '?fail=2'],
  ['Always fail', '?status=503'],
] as const;

type Props = { targetUrl: string; isNew: boolean; choose: (targetUrl: string) => void };

export function InboxHint({ targetUrl, isNew, choose }: Props) {
  const name = inboxOf(targetUrl);
  if (!hasInbox || (name === null && !isNew)) return null;
  if (name === null) {
    return (
      <button type="button" class="link" onClick={() => choose(inboxUrl('demo'))}>
        Use the development inbox
      </button>
    );
  }
  return (
    <span class="tags" role="group" aria-label="How the inbox answers">
      {answers.map(([title, orders]) => {
        const address = `${inboxUrl(name)}${orders}`;
        return (
          <button
            type="button"
            class="button small"
            key={title}
            aria-pressed={targetUrl === address}
            onClick={() => choose(address)}
          >
            {title}
          </button>
        );
      })}
    </span>
  );
}
