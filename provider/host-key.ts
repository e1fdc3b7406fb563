/** The host's key is not the pinned one; a retry would fail too. */
export class HostKeyMismatch extends Error {
  constructor(host: string, pinned: string, seen: string | undefined, urn: string) {
    const found = seen === undefined ? "offers no key of the pinned type" : `shows ${brief(seen)}`;
    super(
      `the SSH host key of ${host} is not the one that was pinned at first contact ` +
        `(pinned ${brief(pinned)}, the host ${found}): either the server was rebuilt, or somebody is ` +
        "in between; nothing was sent to it. After a rebuild by `npm run rebuild`, or with the same user data, " +
        "`pulumi up --refresh` pins the new key, which the server then proves; for a server that cannot, " +
        `\`npm run roll\` makes a new one. Its configuration: ${urn}`,
    );
    this.name = "HostKeyMismatch";
  }
}

function brief(key: string): string {
  const [type, data = ""] = key.split(" ");
  return `${type} …${data.slice(-12)}`;
}

/** Type and Base64 data of a key, as in a known_hosts file. */
export function keyText(key: Buffer): string {
  const length = key.readUInt32BE(0);
  return `${key.subarray(4, 4 + length).toString()} ${key.toString("base64")}`;
}

/**
 * Signature algorithms for a pinned key's type, so that a host with several keys presents the pinned
 * one, even after it got further keys. RSA keys sign with SHA-2: RFC 8332.
 */
export function keyAlgorithms(pinned: string): string[] {
  const type = pinned.split(" ")[0]!;
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];
}
