const form =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\.com) ([A-Za-z0-9+/]{40,}={0,3})( [^\r\n]*)?$/;

/**
 * True for an OpenSSH public key in one line: type, data, comment. The data, a sequence of texts with
 * length prefixes, must begin with the type and be complete: RFC 4253, 6.6. With a truncated key sshd
 * would refuse the login without naming the cause.
 */
export function isSshPublicKey(line: string): boolean {
  const [, type, data = ""] = form.exec(line) ?? [];
  if (type === undefined) return false;
  const bytes = Buffer.from(data, "base64");
  const texts: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return false;
    texts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length && texts.length > 1 && texts[0]!.toString() === type;
}
