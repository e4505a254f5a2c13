// Whether the service has a development inbox: the local server says so in the page.
export const hasInbox = document.querySelector('meta[name="development-inbox"]') !== null;

/** An inbox's own address, to be the target of a subscription. */
export function inboxUrl(name: string): string {
  return new URL(`dev/inbox/${name}`, document.baseURI).href;
}
