import { describe, expect, it } from "vitest";
import { apiPort, thumbprint } from "../../resources/certificates";

describe("thumbprint", () => {
  it("is that of the key's members in their order, as RFC 7638 says", () => {
    // Made once with: openssl ecparam -name prime256v1 -genkey | openssl ec -pubout
    const pem = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE10VlSD69JUKpqeJQ4r1G0AFtAyDt
zgbSOwTAuGVhpjyikG3dbqgZ0meK9i51E78/9QSKz8qXn5AJsdbwwAuTTg==
-----END PUBLIC KEY-----
`;
    expect(thumbprint(pem)).toBe("ZxPCXlkTsLDzY33MWkHf5-d1amOKy8IMeMy4ZB0MCbs");
  });
});

describe("apiPort", () => {
  it.each([
    ["https://acme-v02.api.letsencrypt.org/directory", 443],
    ["https://198.18.2.2:14000/dir", 14_000],
  ])("of %s is %i", (directory, port) => {
    expect(apiPort(directory)).toBe(port);
  });
});
