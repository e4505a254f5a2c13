// `npm start`: the whole service in one process, on the sqlite driver. Settings come from the environment.
import { localSettings, parseSettings, SettingsError } from '../lambdas/contract/settings.ts';
import {
  DataDirectoryInUseError,
  DataDirectoryUnusableError,
} from '../lambdas/adapters/sqlite/file/database.ts';
import { UnavailableError } from '../lambdas/core/shared/port-errors.ts';
import { banner } from './local/banner.ts';
import { ListenError } from './local/listen.ts';
import { startLocalServer } from './local/start.ts';
import type { LocalServer } from './local/start.ts';

/**
 * After this the process exits, whatever is still running: its leases are freed at the next start.
 */
const drainMsMax = 9_000;

/** Where `sh` execs the command, npm forwards a Ctrl-C that the terminal has already sent. */
const sameCtrlCMs = 1_000;

// No other user of this machine may read our files: they hold secrets and payloads.
process.umask(0o077);

let stopsSince: number | null = null;

try {
  const server = await startLocalServer(parseSettings(localSettings, process.env), (why) => {
    console.error(`${why.message} Shutting down.`);
    process.exit(1);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(server));
  console.log(banner(server));
} catch (error) {
  if (!isExplained(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function stop(server: LocalServer): void {
  const now = Date.now();
  if (stopsSince === null) {
    stopsSince = now;
    console.log('Finishing work in progress; press Ctrl-C again to stop immediately.');
    void server.stop(drainMsMax).then(() => process.exit(0));
  } else if (now - stopsSince > sameCtrlCMs) {
    process.exit(1);
  }
}

/** An actionable error prints one sentence; anything else is a bug and keeps its stack. */
function isExplained(error: unknown): error is Error {
  const explained = [
    SettingsError,
    ListenError,
    DataDirectoryInUseError,
    DataDirectoryUnusableError,
    UnavailableError,
  ];
  return explained.some((kind) => error instanceof kind);
}
