/** The only source of time. It is passed as a dependency, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** The instant `seconds` after `instant`; before it, if negative. */
export function addSeconds(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}

/** Whole seconds since the Unix epoch, rounded down (RFC 7519 section 2, NumericDate). */
export function toNumericDate(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}
