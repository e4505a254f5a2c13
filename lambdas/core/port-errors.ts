// The errors by which a port tells its callers something.

/** Thrown by list ports for a cursor that they did not make. */
export class InvalidCursorError extends Error {
  constructor() {
    super('The cursor is not one that this list returned');
    this.name = 'InvalidCursorError';
  }
}

/** A port rejects with it where what stands behind it cannot serve now, though it may soon: on a full disk, say. */
export class UnavailableError extends Error {
  constructor(sentence: string, cause: unknown) {
    super(sentence, { cause });
    this.name = 'UnavailableError';
  }
}
