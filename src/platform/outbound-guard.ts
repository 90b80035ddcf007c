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

/** Thrown before a connection to a blocked address or port. */
export class OutboundBlockedError extends Error {
  readonly code = "EOUTBOUND";
}

/**
 * Blocks connections to private, link-local and reserved addresses, unless the operator has allowed the host (SSRF protection). It checks
 * the resolved address that is connected to, not the name, so that DNS rebinding has no effect.
 */
export class OutboundGuard {
  /** @param allowed `host:port` pairs that are exempt */
  constructor(private readonly allowed: readonly string[]) {}

  /**
   * The DNS lookup function for a connection to this host.
   * @param ports allowed ports; default: all
   * @throws OutboundBlockedError for a blocked address or port
   */
  lookupFor(hostname: string, port: number, ports?: ReadonlySet<number>): LookupFunction {
    const isAllowed = this.allowed.includes(`${hostname}:${port}`);
    if (!isAllowed && ports?.has(port) === false) throw new OutboundBlockedError("port not allowed");
    // IP addresses are not looked up, so they are checked here.
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
