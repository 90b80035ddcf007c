import { addSeconds, type Clock } from "../../platform/clock.js";
import { equalsInConstantTime, type Keyring, randomBytes } from "../../platform/crypto/index.js";
import type { User } from "../users/index.js";

const PREFIX = "lk_dev_";
const DEVICE_BYTES = 16;
const TIME_BYTES = 4;
const MAC_BYTES = 32;
export const DEVICE_TOKEN_TTL_SECONDS = 90 * 86_400;
const BODY_PATTERN = /^[A-Za-z0-9_-]{70}$/;

/**
 * Devices on which a user has logged in; their rate limits are separate from those of unrecognised clients. A token consists of a device
 * id, a time and a MAC over both, the user and the user's device epoch. Nothing is stored; raising the epoch invalidates all tokens.
 */
export class RecognisedDevices {
  constructor(
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  issue(user: User): string {
    return this.encode(user, randomBytes(DEVICE_BYTES), Math.floor(this.clock.now().getTime() / 1000));
  }

  /** The device id of a valid token of this user; null for other tokens or without a user. The work is the same in all cases. */
  recognise(user: User | null, token: string | null): string | null {
    const body = token?.startsWith(PREFIX) ? token.slice(PREFIX.length) : "";
    const bytes = BODY_PATTERN.test(body) ? Buffer.from(body, "base64url") : Buffer.alloc(DEVICE_BYTES + TIME_BYTES + MAC_BYTES);
    const device = bytes.subarray(0, DEVICE_BYTES);
    const issuedAt = bytes.readUInt32BE(DEVICE_BYTES);
    const userOrDecoy = user ?? { applicationId: "", id: "", deviceEpoch: 0 };
    const isGenuine = equalsInConstantTime(this.encode(userOrDecoy, device, issuedAt), token ?? "");
    const expiresAt = addSeconds(new Date(issuedAt * 1000), DEVICE_TOKEN_TTL_SECONDS);
    return user && isGenuine && expiresAt > this.clock.now() ? device.toString("base64url") : null;
  }

  private encode(
    { applicationId, id, deviceEpoch }: Pick<User, "applicationId" | "id" | "deviceEpoch">,
    device: Uint8Array,
    issuedAt: number,
  ) {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUInt32BE(issuedAt);
    const mac = this.keyring.mac("token", "device", applicationId, id, String(deviceEpoch), device, time);
    return PREFIX + Buffer.concat([device, time, mac]).toString("base64url");
  }
}
