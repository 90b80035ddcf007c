import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

const blockedNetworks = new BlockList();
const reservedNetworks: readonly (readonly [string, number])[] = [
  ...([
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
  ] as const),
  ...([
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
  ] as const),
  ...([
    ["203.0.113.0", 24],
    ["224.0.0.0", 4],
    ["240.0.0.0", 4],
    ["::", 96],
    ["64:ff9b::", 96],
    ["100::", 64],
  ] as const),
  ...([
    ["2001:db8::", 32],
    ["2002::", 16],
    ["fc00::", 7],
    ["fe80::", 10],
    ["ff00::", 8],
  ] as const),
];
for (const [network, bits] of reservedNetworks) blockedNetworks.addSubnet(network, bits, network.includes(":") ? "ipv6" : "ipv4");

/** Thrown before a connection to a place the gateway must not be led to. */
export class OutboundBlockedError extends Error {
  readonly code = "EOUTBOUND";
}

/**
 * Keeps connections to hosts that are not the operator's own choice away from private, link-local and reserved addresses. It judges the
 * address that is connected to, not the name, so that a name cannot change its mind in between.
 */
export class OutboundGuard {
  /** @param allowed `host:port` pairs that are let through */
  constructor(private readonly allowed: readonly string[]) {}

  /**
   * What a connection to this place looks names up with.
   * @param ports those the service is offered at; none: any
   * @throws OutboundRefused for an address or port that is closed
   */
  lookupFor(hostname: string, port: number, ports?: ReadonlySet<number>): LookupFunction {
    const isAllowed = this.allowed.includes(`${hostname}:${port}`);
    if (!isAllowed && ports?.has(port) === false) throw new OutboundBlockedError("port not allowed");
    // No name is looked up for an address.
    if (!isAllowed && isIP(hostname) !== 0 && !isPublicAddress(hostname)) throw new OutboundBlockedError("address in a blocked network");
    return (name, options, callback) =>
      lookup(name, { ...options, all: true }, (error, addresses) => {
        const permitted = isAllowed ? addresses : addresses?.filter(({ address }) => isPublicAddress(address));
        const [first] = permitted ?? [];
        if (error) callback(error, []);
        else if (!first) callback(new OutboundBlockedError("host name resolves to blocked addresses only"), []);
        else if (options.all) callback(null, permitted);
        else callback(null, first.address, first.family);
      });
  }
}

function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return !blockedNetworks.check(mapped ?? address, isIP(mapped ?? address) === 6 ? "ipv6" : "ipv4");
}
