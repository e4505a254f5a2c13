// How the console proves who it is: an API key that a person typed, kept for this tab alone. A portal for customers
// would put its own source here, with a token that is bound to a tenant; nothing else knows where credentials come from.

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
