// Whether the service has a development inbox: the local server says so in the page.
export const hasInbox = document.querySelector('meta[name="development-inbox"]') !== null;

/** An inbox's address, for use as a target URL. */
export function inboxUrl(name: string): string {
  return new URL(`dev/inbox/${name}`, document.baseURI).href;
}

/** The inbox that an address leads to; null if it leads elsewhere. */
export function inboxOf(url: string): string | null {
  const [address = ''] = url.split('?');
  const name = address.slice(inboxUrl('').length);
  return address === inboxUrl(name) && name !== '' ? name : null;
}
