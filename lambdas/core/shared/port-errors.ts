// Errors that are part of a port's interface.

/** Thrown by list ports for a foreign cursor. */
export class InvalidCursorError extends Error {
  constructor() {
    super('The cursor was not returned by this list');
    this.name = 'InvalidCursorError';
  }
}

/** A port rejects with it when its backend is temporarily unable to serve: on a full disk, say. */
export class UnavailableError extends Error {
  constructor(sentence: string, cause: unknown) {
    super(sentence, { cause });
    this.name = 'UnavailableError';
  }
}

/**
 * What the service itself may lack for sending: file descriptors, a local port, memory, a
 * connection slot, time before the first dial, a working resolver, a route, permission to connect.
 * A closed list; logs use the same words.
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

/**
 * No packet could be sent, and the endpoint is not to blame: there was no attempt, and the message
 * goes back.
 */
export class UnsentError extends Error {
  readonly fault: OwnFault;

  constructor(fault: OwnFault, cause?: unknown) {
    super(`Nothing could be sent: ${fault}`, { cause });
    this.name = 'UnsentError';
    this.fault = fault;
  }
}
