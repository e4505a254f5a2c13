// The numbers of dead letters, a part of `limits`: there the relations to the others are asserted.
const second = 1_000;
const day = 24 * 3_600 * second;

export const deadLetterLimits = {
  deadLetterRetentionMs: 14 * day,
  /** Our own messages have a tenth of it. */
  deadLetterBodyCharactersMax: 8_192,
  deadLetterDetailCharactersMax: 200,
  deadLetterFunctionTimeoutMs: 15 * second,
  deadLetterVisibilityMs: 90 * second, // Lambda wants at least six function timeouts.
  redriveIdsMax: 100,
  redrivesPerSecondDefault: 10,
  redrivesPerSecondMax: 100,
  /** What one request sends again, and how long it may take; its answer says how to go on. */
  redrivesPerRequestMax: 1_000,
  redriveRequestMs: 10 * second,
} as const;
