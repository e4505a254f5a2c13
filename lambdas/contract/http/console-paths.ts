// Where the console's pages are: paths that its page answers in the browser, and the files that the page loads. API
// Gateway and the local server send these to the console, and all else to the API.

/** Parameters are named after one another, because a REST API takes one name at a place. */
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
