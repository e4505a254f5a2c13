// What each error code of an attempt means and what to do, from docs/error-codes.md: one text for people and pages.
import document from '../../docs/error-codes.md';
import { parseErrorCodes } from './parse-error-codes.ts';

export const errorCodes = parseErrorCodes(document);

export function adviceFor(code: string | null) {
  return errorCodes.find((one) => one.code === code);
}
