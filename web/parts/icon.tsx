// A few drawn icons. They only go with words: screen readers skip them.

const paths = {
  dashboard: 'M3 13h7V3H3zm0 8h7v-6H3zm11 0h7V11h-7zm0-18v6h7V3z',
  subscriptions: 'M4 5h16v4H4zm0 5.5h16v4H4zM4 16h16v4H4z',
  deliveries: 'M2 12l20-9-6 19-4-8z',
  replays: 'M12 5V1L6 6l6 5V7a5 5 0 1 1-5 5H5a7 7 0 1 0 7-7z',
  types: 'M3 3h9l9 9-9 9-9-9zm5 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  keys: 'M14 2a8 8 0 0 0-7.7 10L1 17v5h5v-3h3v-3h1.6l.9-.9A8 8 0 1 0 14 2zm2 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  settings:
    'M19.4 13a7.5 7.5 0 0 0 0-2l2.1-1.6-2-3.5-2.5 1a7 7 0 0 0-1.7-1L15 3.300h-4l-.4 2.600a7 7 0 0 0-1.7 1l-2.5-1-2 3.500L6.6 11a7.5 7.5 0 0 0 0 2l-2.1 1.6 2 3.5 2.5-1a7 7 0 0 0 1.7 1l.3 2.600h4l.4-2.600a7 7 0 0 0 1.7-1l2.5 1 2-3.500zM13 15.500a3.5 3.5 0 1 1 0-7 3.5 3.5 0 0 1 0 7z',
  reference: 'M5 2h11l4 4v16H5zm3 7h8v2H8zm0 4h8v2H8zm0 4h5v2H8z',
  inbox: 'M3 4h18v16H3zm2 2v8h4a3 3 0 0 0 6 0h4V6z',
  ledger: 'M4 3h16v18H4zm3 4h6v2H7zm0 4h6v2H7zm0 4h6v2H7zm8-8h2v2h-2zm0 4h2v2h-2zm0 4h2v2h-2z',
  dead: 'M2 5h20v14H2zm2.500 2L12 12l7.500-5zM4 9.500V17h16V9.500l-8 5.200z',
  send: 'M3 20v-6l8-2-8-2V4l19 8z',
  copy: 'M8 2h12v14H8zm2 2v10h8V4zM4 7h2v12h9v2H4z',
  check: 'M9 16.200l-4.2-4.200L3.4 13.4 9 19 21 7l-1.4-1.400z',
  close:
    'M6.4 5L5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12 19 6.4 17.6 5 12 10.600z',
  menu: 'M3 5h18v2.500H3zm0 5.750h18v2.500H3zm0 5.750h18V19H3z',
  sun: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v4h-2zm0 18h2v4h-2zM1 11h4v2H1zm18 0h4v2h-4zM4.2 2.800l2.9 2.9-1.4 1.4-2.9-2.900zm12.7 15.500l1.4-1.4 2.9 2.9-1.4 1.400zM2.8 19.800l2.9-2.9 1.4 1.4-2.9 2.900zM16.9 5.700l2.9-2.9 1.4 1.4-2.9 2.900z',
  moon: 'M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z',
  system: 'M3 4h18v12H3zm2 2v8h14V6zm3 12h8v2H8z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
