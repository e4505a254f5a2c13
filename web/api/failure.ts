// Every way a call can fail, as one kind of error with a readable sentence.

export type FieldFailure = { pointer: string; detail: string };

export class Failure extends Error {
  /** A problem code of the API, or `unreachable`, `too-slow`, `not-json`. */
  readonly code: string;
  readonly status: number | null;
  readonly fields: readonly FieldFailure[];
  /** The request's id in the service's log. */
  readonly requestId: string | null;

  constructor(
    sentence: string,
    {
      code,
      status = null,
      fields = [],
      requestId = null,
    }: {
      code: string;
      status?: number | null;
      fields?: readonly FieldFailure[];
      requestId?: string | null;
    },
  ) {
    super(sentence);
    this.name = 'Failure';
    this.code = code;
    this.status = status;
    this.fields = fields;
    this.requestId = requestId;
  }
}

type ProblemBody = { error?: unknown; code?: unknown; errors?: unknown; instance?: unknown };

export function failureOf(status: number, body: unknown): Failure {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as ProblemBody;
  const sentence =
    typeof problem.error === 'string' ? problem.error : `The response status was ${status}`;
  return new Failure(sentence, {
    code: typeof problem.code === 'string' ? problem.code : 'unknown',
    status,
    fields: Array.isArray(problem.errors) ? (problem.errors as FieldFailure[]) : [],
    requestId:
      typeof problem.instance === 'string' && problem.instance !== '' ? problem.instance : null,
  });
}

/** What a failed `fetch` means; an abort by the page itself is passed on as it is. */
export function failureOfFetch(error: unknown): unknown {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') {
    return new Failure('The service did not answer within 15 seconds', { code: 'too-slow' });
  }
  if (name === 'AbortError') return error;
  return new Failure('The service cannot be reached', { code: 'unreachable' });
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
