// The Log port: one JSON line per call, with the members of Lambda's JSON log format (timestamp,
// level, message). Written by hand: a logger package would add 23 KB and 10 ms to every cold start
// for the same line.
import type { Clock, Log } from '../core/ports.ts';

/** Deeper causes are cut: an error may contain itself. */
const causeDepthMax = 5;

export function createLog(clock: Clock, write: (line: string) => void = writeToStdout): Log {
  const line = (level: 'INFO' | 'ERROR', name: string, fields: object) => {
    const timestamp = new Date(clock.now()).toISOString();
    const own = { timestamp, level, message: name };
    // First for readability; last so that no field can override the name that alarms and people
    // search for.
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
