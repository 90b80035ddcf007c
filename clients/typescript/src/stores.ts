/**
 * Where a device keeps one string between starts: who is logged in. Shaped like a Keychain entry; every method may answer at once or
 * with a promise. The string holds credentials: on a phone use the Keychain or the Keystore.
 */
export interface SessionStore {
  get(): Promise<string | null> | string | null;
  set(value: string): Promise<void> | void;
  delete(): Promise<void> | void;
}

/** Forgets when the process or the page ends. */
export function memoryStore(): SessionStore {
  let current: string | null = null;
  return {
    get: () => current,
    set: (value) => {
      current = value;
    },
    delete: () => {
      current = null;
    },
  };
}

declare const localStorage: {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

/** A browser's localStorage, shared by the tabs of one origin. Scripts of the page can read it: have no foreign ones. */
export function localStorageStore(key = "latchkey"): SessionStore {
  return {
    get: () => localStorage.getItem(key),
    set: (value) => localStorage.setItem(key, value),
    delete: () => localStorage.removeItem(key),
  };
}
