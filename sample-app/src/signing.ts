import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Signs text with HMAC-SHA256, so that any server with the same secret can trust what a browser
 * brings back. The text stays readable: it must not be secret.
 */
export class Signer {
  /**
   * @param secrets the first one signs, all of them verify; so a secret can be replaced by putting
   * the new one in front and dropping the old one when the last cookie has expired.
   */
  constructor(private readonly secrets: readonly string[]) {
    if (secrets.length === 0) throw new Error("secrets must hold at least one secret, got []");
  }

  /** `text` in signed form, valid for `purpose` only. */
  sign(purpose: string, text: string): string {
    const body = Buffer.from(text).toString("base64url");
    return `${body}.${mac(this.secrets[0] ?? "", purpose, body).toString("base64url")}`;
  }

  /** The text that was signed for `purpose`; undefined if the signature is missing or wrong. */
  verify(purpose: string, signed: string): string | undefined {
    const [body, signature, ...rest] = signed.split(".");
    if (body === undefined || signature === undefined || rest.length > 0) return undefined;
    const given = Buffer.from(signature, "base64url");
    const genuine = this.secrets.some((secret) => same(mac(secret, purpose, body), given));
    return genuine ? Buffer.from(body, "base64url").toString() : undefined;
  }
}

function mac(secret: string, purpose: string, body: string): Buffer {
  return createHmac("sha256", secret).update(`${purpose}.${body}`).digest();
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
