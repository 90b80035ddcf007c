/**
 * Stores the session of one device as a single string. Methods may return a value or a promise.
 * The string contains credentials: on mobile devices use the Keychain or the Keystore.
 */
export interface SessionStore {
  get(): Promise<string | null> | string | null;
  set(value: string): Promise<void> | void;
  delete(): Promise<void> | void;
}

/** Keeps the session in memory, until the process or the page ends. */
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

/** Keeps the session in the browser's localStorage, shared by the tabs of one origin. Every script of the page can read it: do not load third-party scripts. */
export function localStorageStore(key = "latchkey"): SessionStore {
  return {
    get: () => localStorage.getItem(key),
    set: (value) => localStorage.setItem(key, value),
    delete: () => localStorage.removeItem(key),
  };
}
