import { describe, expect, it } from "vitest";
import { type OwnAddress, ownAddressFindings } from "../../doctor/own-address";

const unknown: OwnAddress = { address: undefined, isCertain: false };
const at = (address: string, isCertain = false): OwnAddress => ({ address, isCertain });

/** Levels and texts. */
function findings(cidrs: string[], own: OwnAddress) {
  return ownAddressFindings(cidrs, own).map(({ level, text }) => [level, text]);
}

describe("the caller's own address", () => {
  it.each(["192.0.2.7/32", "198.51.100.0/24", "203.0.113.9/32", "2001:db8::/48"])(
    "is not %s, a placeholder",
    (block) => {
      expect(findings([block], unknown)).toEqual([
        ["failure", `webstack:admin.cidrs has ${block}, a placeholder that nobody has`],
      ]);
    },
  );

  it("is not named where a NAT hides it", () => {
    expect(ownAddressFindings(["192.0.2.7/32"], at("10.1.2.3"))[0]!.fix).toBe(
      "put the address that you are seen with, as a /32, in its place",
    );
  });

  it("is named where the placeholder is refused", () => {
    expect(ownAddressFindings(["192.0.2.7/32"], at("5.75.1.2"))[0]!.fix).toBe(
      "put 5.75.1.2/32 in its place",
    );
  });

  it.each([
    [["5.75.0.0/16"], at("5.75.1.2")],
    [["10.0.0.0/8"], at("10.1.2.3")],
  ])("in one of %j is fine", (cidrs, own) => {
    expect(findings(cidrs, own).map(([level]) => level)).toEqual(["ok"]);
  });

  it.each([at("5.75.1.2"), at("10.1.2.3", true)])("outside of all blocks is refused: %j", (own) => {
    expect(findings(["5.76.0.0/16"], own)).toEqual([
      [
        "failure",
        `this machine's address ${own.address} is not in webstack:admin.cidrs: 5.76.0.0/16`,
      ],
    ]);
  });

  it("outside of webstack:adminCidr is refused with a command that replaces it", () => {
    const [found] = ownAddressFindings(["5.76.1.1/32"], at("5.75.1.2"), "webstack:adminCidr");
    expect(found).toMatchObject({
      text: "this machine's address 5.75.1.2 is not in webstack:adminCidr: 5.76.1.1/32",
      fix: "pulumi config set webstack:adminCidr 5.75.1.2/32",
    });
  });

  it.each([unknown, at("10.1.2.3"), at("100.64.0.9")])("behind a NAT is unknown: %j", (own) => {
    expect(findings(["5.76.0.0/16"], own).map(([level]) => level)).toEqual(["note"]);
  });

  it("is an IPv4 address in an IPv4 block, since an up takes no other way", () => {
    const [block, v6] = ["2a01:4f8::/32", at("2a01:4f8::7", true)];
    expect(findings([block], at("5.75.1.2", true))).toEqual([
      [
        "failure",
        "webstack:admin.cidrs has no IPv4 block, and an up reaches the hosts over IPv4 alone: 2a01:4f8::/32",
      ],
    ]);
    expect(findings([block, "5.75.0.0/16"], v6)).toEqual([
      ["failure", "2a01:4f8::7 is an IPv6 address, and an up reaches the hosts over IPv4 alone"],
    ]);
    expect(findings([block, "5.75.0.0/16"], at("5.75.1.2")).map(([level]) => level)).toEqual([
      "ok",
    ]);
  });

  it("is let in or not where a load balancer is there to tell", () => {
    const nat = at("10.1.2.3");
    expect(findings(["5.76.0.0/16"], { ...nat, reached: "lb-2", silent: ["lb-1"] })).toEqual([
      ["ok", "lb-2 takes connections to SSH from here"],
    ]);
    expect(ownAddressFindings(["5.76.0.0/16"], { ...nat, silent: ["lb-1", "lb-2"] })).toMatchObject(
      [
        {
          level: "failure",
          text: "lb-1, lb-2 take no connection to SSH from here; webstack:admin.cidrs is 5.76.0.0/16",
          fix: "add the address that you are seen with to webstack:admin.cidrs, or open SSH to it for an hour: npm run admin:open",
        },
      ],
    );
  });

  it("warns of a block that lets everybody in", () => {
    expect(findings(["0.0.0.0/0"], at("5.75.1.2")).map(([level]) => level)).toEqual([
      "warning",
      "ok",
    ]);
  });
});
