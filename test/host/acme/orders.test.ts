import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { certificateId } from "../../../host/acme/renewal-advice";
import { order } from "../../../host/acme/order";
import { OrderEnded } from "../../../host/acme/order-failure";
import { AuthorityStub } from "../../support/authority-stub";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));

let authority: AuthorityStub;
beforeEach(async () => {
  authority = await AuthorityStub.start();
});
afterEach(() => authority.close());

describe("an order", () => {
  it("of a single name is proved by HTTP-01", async () => {
    const got = await order({ directory: authority.directory, key }, "www.example.com");
    expect(authority.completed).toEqual(["http-01"]);
    expect(authority.orders).toEqual([
      { identifiers: [{ type: "dns", value: "www.example.com" }] },
    ]);
    expect(got.issuer).toBe("CN=stub");
    expect(certificateId(got.pem)).toMatch(/^[\w-]{27}\.[\w-]+$/);
  });

  it("names the certificate that it replaces", async () => {
    const account = { directory: authority.directory, key };
    await order(account, "www.example.com", { replaces: "key.serial" });
    expect(authority.orders[0]).toMatchObject({ replaces: "key.serial" });
  });

  it.each([400, 404, 409])(
    "that the authority refuses with status %i for the replaced certificate is made once more without",
    async (status) => {
      authority.refusal = { status, detail: "could not validate the field replaces" };
      const account = { directory: authority.directory, key };
      const got = await order(account, "www.example.com", { replaces: "key.serial" });
      expect(got.issuer).toBe("CN=stub");
      const identifiers = [{ type: "dns", value: "www.example.com" }];
      expect(authority.orders).toEqual([{ identifiers, replaces: "key.serial" }, { identifiers }]);
    },
  );

  it("that the authority refuses for its limits is not made again", async () => {
    authority.refusal = { status: 429, detail: "too many orders" };
    const account = { directory: authority.directory, key };
    await expect(order(account, "www.example.com", { replaces: "key.serial" })).rejects.toThrow(
      "too many orders",
    );
    expect(authority.orders).toHaveLength(1);
  });

  it("that replaces nothing and is refused reports the authority's words", async () => {
    authority.refusal = { status: 409, detail: "no such account" };
    const account = { directory: authority.directory, key };
    await expect(order(account, "www.example.com")).rejects.toThrow("no such account");
    expect(authority.orders).toHaveLength(1);
  });

  it("is ended by its caller before the proof, and before the certificate", async () => {
    const account = { directory: authority.directory, key };
    let isOn = true;
    const goOn = () => {
      if (!isOn) throw new OrderEnded("no address");
    };
    authority.onOrder = () => (isOn = false);
    await expect(order(account, "www.example.com", { goOn })).rejects.toBeInstanceOf(OrderEnded);
    expect(authority.completed).toEqual([]);
    isOn = true;
    authority.onOrder = () => undefined;
    authority.onComplete = () => void (isOn = false);
    await expect(order(account, "www.example.com", { goOn })).rejects.toBeInstanceOf(OrderEnded);
    expect([authority.completed, authority.finalized]).toEqual([["http-01"], 0]);
  });
});
