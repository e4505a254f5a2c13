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

/**
 * What the service itself may lack for sending: file descriptors, a local port, memory, a place among its connections,
 * time before the first dial, a resolver that works, a route, the right to open a connection. A closed list; logs use the same words.
 */
export const ownFaults = [
  'no_descriptor',
  'no_port',
  'no_memory',
  'no_place',
  'no_time',
  'no_resolver',
  'no_route',
  'not_permitted',
  'broken',
] as const;

export type OwnFault = (typeof ownFaults)[number];

/** No packet could be sent, and no endpoint is to blame: there was no attempt, and the message is given back. */
export class UnsentError extends Error {
  readonly fault: OwnFault;

  constructor(fault: OwnFault, cause?: unknown) {
    super(`Nothing could be sent: ${fault}`, { cause });
    this.name = 'UnsentError';
    this.fault = fault;
  }
}
