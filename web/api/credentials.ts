// The console's credentials: an API key that a person typed, kept for this tab only. A customer
// portal would plug in its own source here, with a tenant-bound token; nothing else knows where
// credentials come from.

export type Credentials = {
  /** What a request carries; never part of a URL. */
  headers(): Record<string, string>;
  keep(text: string): void;
  forget(): void;
  areKept(): boolean;
};

const storageKey = 'api-key';

export const credentials: Credentials = keyOfThisTab();

function keyOfThisTab(): Credentials {
  let text = stored();
  return {
    headers: () => (text === null ? {} : { authorization: `Bearer ${text}` }),
    keep(given) {
      text = given;
      inStorage((storage) => storage.setItem(storageKey, given));
    },
    forget() {
      text = null;
      inStorage((storage) => storage.removeItem(storageKey));
    },
    areKept: () => text !== null,
  };
}

function stored(): string | null {
  return inStorage((storage) => storage.getItem(storageKey)) ?? null;
}

/** A browser may refuse storage: the key then lasts as long as the page. */
function inStorage<Result>(use: (storage: Storage) => Result): Result | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}
