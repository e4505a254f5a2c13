/** What a run needs and this machine has not, in one sentence. */
export class MissingError extends Error {}
