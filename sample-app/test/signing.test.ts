import { describe, expect, it } from "vitest";
import { Signer } from "../src/signing";

const secret = "0123456789abcdef0123456789abcdef";

describe("Signer", () => {
  it("gives back what it signed", () => {
    const signer = new Signer([secret]);
    expect(signer.verify("session", signer.sign("session", '{"name":"Zoë"}'))).toBe(
      '{"name":"Zoë"}',
    );
  });

  it("refuses a text whose body or signature was changed", () => {
    const signer = new Signer([secret]);
    const [body, mac] = signer.sign("session", "1").split(".") as [string, string];
    const other = Buffer.from("2").toString("base64url");
    expect(signer.verify("session", `${other}.${mac}`)).toBeUndefined();
    expect(signer.verify("session", `${body}.${mac.slice(0, -2)}`)).toBeUndefined();
    expect(signer.verify("session", `${body}.${mac}.x`)).toBeUndefined();
    expect(signer.verify("session", "")).toBeUndefined();
  });

  it("refuses a text that was signed for another purpose", () => {
    const signer = new Signer([secret]);
    expect(signer.verify("session", signer.sign("recent", "1"))).toBeUndefined();
  });

  it("signs with the first secret and still accepts the older ones", () => {
    const newer = "f".repeat(32);
    const signed = new Signer([secret]).sign("session", "1");
    expect(new Signer([newer, secret]).verify("session", signed)).toBe("1");
    expect(new Signer([newer]).verify("session", signed)).toBeUndefined();
    expect(
      new Signer([newer]).verify("session", new Signer([newer, secret]).sign("session", "1")),
    ).toBe("1");
  });

  it("refuses to work without a secret", () => {
    expect(() => new Signer([])).toThrow("secrets must hold at least one secret, got []");
  });
});
