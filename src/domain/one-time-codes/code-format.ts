/** True when a text has the format of a one-time code: ASCII digits, at least `minDigits` and at most ten. */
export const isCodeFormat = (code: string, minDigits = 6): boolean => /^[0-9]{6,10}$/.test(code) && code.length >= minDigits;
