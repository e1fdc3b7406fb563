/** A valid public key that differs for each `n`, of 0 to 255. */
export function publicKey(n: number): string {
  const type = Buffer.from("ssh-ed25519");
  const data = Buffer.alloc(4 + type.length + 4 + 32, n);
  data.writeUInt32BE(type.length, 0);
  type.copy(data, 4);
  data.writeUInt32BE(32, 4 + type.length);
  return `ssh-ed25519 ${data.toString("base64")} somebody@example.com`;
}
