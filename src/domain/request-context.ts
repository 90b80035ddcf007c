/** The client a request came from, as audit and rate limits see it. */
export interface ClientInfo {
  readonly requestId: string;
  readonly address: string;
  readonly userAgent: string | null;
}
