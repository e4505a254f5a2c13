// The clock of a server that runs test/local/shifted-clock.ts: put into the past, led on, and right again in the end.
import { renameSync, writeFileSync } from 'node:fs';

export type SetClock = {
  /** Never back: it stays where it is if it is past that already. */
  leadTo(at: number): void;
  /** What the environment's clock says. */
  setRight(): void;
};

export function setClock(file: string, startsAt: number): SetClock {
  let shiftMs = startsAt - Date.now();

  function write(): void {
    // The server reads it at every look at its clock: it must never find half a number.
    writeFileSync(`${file}.new`, String(shiftMs));
    renameSync(`${file}.new`, file);
  }

  write();
  return {
    leadTo(at) {
      shiftMs = Math.max(shiftMs, at - Date.now());
      write();
    },
    setRight() {
      shiftMs = 0;
      write();
    },
  };
}
