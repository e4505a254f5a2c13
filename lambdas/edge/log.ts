// The Log port: one JSON line each, in the members that Lambda's JSON log format knows (timestamp, level, message).
// It writes the line itself: a logger package would add 23 KB and 10 ms to every start for the same line.
import type { Clock, Log } from '../core/ports.ts';

/** Causes below this are cut: an error may hold itself. */
const causeDepthMax = 5;

export function createLog(clock: Clock, write: (line: string) => void = writeToStdout): Log {
  const line = (level: 'INFO' | 'ERROR', name: string, fields: object) => {
    const timestamp = new Date(clock.now()).toISOString();
    const own = { timestamp, level, message: name };
    // First for the reader, last so that no field can take the place of the name that alarms and people look for.
    write(`${JSON.stringify({ ...own, ...fields, ...own })}\n`);
  };
  return {
    info(name, fields) {
      line('INFO', name, fields);
    },
    error(name, fields, cause) {
      line('ERROR', name, cause === undefined ? fields : { ...fields, cause: describe(cause, 1) });
    },
  };
}

function describe(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, message, stack, cause } = error;
  const deeper =
    cause === undefined || depth === causeDepthMax ? {} : { cause: describe(cause, depth + 1) };
  return { name, message, stack, ...deeper };
}

function writeToStdout(line: string): void {
  process.stdout.write(line);
}
