// The console's paths: pages rendered in the browser, and the files that they load. API Gateway and
// the local server route these to the console, and everything else to the API.

/** Parameters share names, because a REST API allows one name per position. */
export const consolePages = [
  '/',
  '/subscriptions',
  '/subscriptions/new',
  '/subscriptions/{id}',
  '/subscriptions/{id}/edit',
  '/deliveries',
  '/deliveries/{id}',
  '/delivery/{id}',
  '/event-types',
  '/keys',
  '/settings',
  '/replays',
  '/replays/{id}',
  '/reference',
  '/ledger',
  '/dead-letters',
] as const;

export const consoleAssets = '/assets/{name}';
