// Whether the service has a development inbox: the local server says so in the page.
export const hasInbox = document.querySelector('meta[name="development-inbox"]') !== null;

/** An inbox's own address, to be the target of a subscription. */
export function inboxUrl(name: string): string {
  return new URL(`dev/inbox/${name}`, document.baseURI).href;
}

/** Which inbox an address leads to; null where it leads elsewhere. */
export function inboxOf(url: string): string | null {
  const [address = ''] = url.split('?');
  const name = address.slice(inboxUrl('').length);
  return address === inboxUrl(name) && name !== '' ? name : null;
}
