// What an operation throws when the request cannot be served; the edge turns it into a problem response.
import type { FieldError, ProblemCode } from '../../contract/http/problems.ts';

export class ServiceError extends Error {
  readonly code: ProblemCode;
  readonly fields: readonly FieldError[];
  /** Response headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param detail a sentence for the caller; it must not reveal anything the caller may not know
   */
  // oxlint-disable-next-line max-params -- the last two are rarely given, and never both
  constructor(
    code: ProblemCode,
    detail: string,
    fields: readonly FieldError[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'ServiceError';
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }
}

/** @param pointer of the field, such as `/auth/token` */
export function invalidField(pointer: string, detail: string): ServiceError {
  return new ServiceError('invalid-request', `${pointer.slice(1)} ${detail}`, [
    { pointer, detail },
  ]);
}
