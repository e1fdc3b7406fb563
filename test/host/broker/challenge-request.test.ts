import { describe, expect, it } from "vitest";
import { authorize, type BrokerRules } from "../../../host/broker/authorize";

const rules: BrokerRules = {
  floatingIps: [21],
  servers: [{ name: "lb-1", id: 11 }],
  selector: "stack=test",
  wildcards: ["*.example.com"],
};
const value = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
const asked = (body: unknown, caller = "lb-1", known: BrokerRules = rules) =>
  authorize({ caller, method: "POST", path: "challenge", body }, known);

describe("a request about a proof", () => {
  it.each(["add", "remove"])("may %s a value of a wildcard domain of the stack", (verb) => {
    expect(asked({ domain: "*.example.com", verb, value })).toEqual({
      type: "challenge",
      domain: "*.example.com",
      change: { verb, value },
    });
  });

  it("may ask for the zone, and passes on nothing else", () => {
    const body = { domain: "*.example.com", verb: "find", value: "x", zone: "example.net" };
    expect(asked(body)).toEqual({ type: "challenge", domain: "*.example.com" });
  });

  it.each([
    "*.example.net",
    "example.com",
    "*.www.example.com",
    "_acme-challenge.example.com",
    "*.example.com.",
    "*.EXAMPLE.com",
    ["*.example.com"],
    { toString: "*.example.com" },
    undefined,
    0,
  ])("is refused for the domain %j", (domain) => {
    const verdict = asked({ domain, verb: "add", value });
    expect(verdict).toMatchObject({ type: "refuse", status: 403 });
    expect((verdict as { reason: string }).reason).toContain("is not a wildcard domain of this");
  });

  it.each([
    value.slice(1),
    `${value}x`,
    `${value.slice(1)}"`,
    `${value.slice(1)}=`,
    `${value}\n`,
    "",
    [value],
    undefined,
    43,
  ])("is refused with the value %j", (odd) => {
    expect(asked({ domain: "*.example.com", verb: "add", value: odd })).toMatchObject({
      type: "refuse",
      status: 403,
      reason: expect.stringContaining("43 characters of base64url") as string,
    });
  });

  it.each(["delete", "set", "", undefined, "__proto__", ["add"]])(
    "is refused with the verb %j",
    (verb) => {
      const verdict = asked({ domain: "*.example.com", verb, value });
      expect(verdict).toMatchObject({ type: "refuse", status: 403 });
    },
  );

  it.each([undefined, null, "text", 7, []])("is refused with the body %j", (body) => {
    expect(asked(body)).toMatchObject({ type: "refuse", status: 403 });
  });

  it("is refused for another caller, by another method, and without wildcards", () => {
    const body = { domain: "*.example.com", verb: "add", value };
    expect(asked(body, "web-1")).toMatchObject({
      status: 403,
      reason: "web-1 is not a load balancer of this stack",
    });
    const read = { caller: "lb-1", method: "GET", path: "challenge", body };
    expect(authorize(read, rules)).toMatchObject({ type: "refuse", status: 404 });
    expect(asked(body, "lb-1", { ...rules, wildcards: [] })).toMatchObject({
      type: "refuse",
      status: 403,
    });
  });

  it("is logged on one short line, whatever it contains", () => {
    const { reason } = asked({ domain: `a\n${"b".repeat(900)}`, verb: "add" }) as {
      reason: string;
    };
    expect(reason).not.toContain("\n");
    expect(reason.length).toBeLessThan(200);
  });
});
