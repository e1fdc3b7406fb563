import { describe, expect, it } from "vitest";
import {
  filterAnswer,
  authorize,
  type Request,
  type BrokerRules,
} from "../../../host/broker/authorize";

const rules: BrokerRules = {
  floatingIps: [21],
  servers: [
    { name: "lb-1", id: 11 },
    { name: "lb-2", id: 12 },
  ],
  selector: "stack=test",
  egress: {
    network: 7,
    gateways: [
      { name: "lb-1", privateIp: "10.0.1.11" },
      { name: "lb-2", privateIp: "10.0.1.12" },
    ],
    relayPort: 9443,
  },
};
const judged = (request: Partial<Request>) =>
  authorize({ caller: "lb-1", method: "GET", path: "", body: undefined, ...request }, rules);
const assign = { method: "POST", path: "floating_ips/21/actions/assign" };

describe("the gate", () => {
  it("lets a load balancer give an address to itself", () => {
    expect(judged({ ...assign, body: { server: 11, force: true } })).toEqual({
      type: "pass",
      kind: "assign",
      path: "floating_ips/21/actions/assign",
      body: { server: 11 },
    });
  });

  it.each([
    [12, "lb-1 may assign a floating IP only to itself (server 11), got 12"],
    [undefined, "lb-1 may assign a floating IP only to itself (server 11), got undefined"],
    ["11", 'lb-1 may assign a floating IP only to itself (server 11), got "11"'],
  ])("refuses to give it to %s", (server, reason) => {
    expect(judged({ ...assign, body: { server } })).toEqual({
      type: "refuse",
      status: 403,
      reason,
    });
  });

  it("refuses an address of another stack", () => {
    const path = "floating_ips/22/actions/assign";
    expect(judged({ method: "POST", path, body: { server: 11 } })).toMatchObject({
      status: 403,
      reason: "floating IP 22 does not belong to this stack",
    });
  });

  it("lets it read the owners of the stack's addresses, whatever it asks for", () => {
    expect(judged({ path: "floating_ips" })).toEqual({
      type: "pass",
      kind: "read",
      path: "floating_ips?per_page=50&label_selector=stack%3Dtest",
    });
  });

  it("lets it look at an action", () => {
    expect(judged({ path: "actions/5" })).toEqual({
      type: "pass",
      kind: "read",
      path: "actions/5",
    });
  });

  it("leads the default route to the caller of the certificate, whatever the body says", () => {
    const body = { gateway: "10.0.1.12", network: 8 };
    expect(judged({ method: "POST", path: "gateway", body })).toEqual({
      type: "lead",
      gateway: "10.0.1.11",
    });
  });

  it("knows no default route where nodes have public addresses", () => {
    const { floatingIps, servers, selector } = rules;
    const request = { caller: "lb-1", method: "POST", path: "gateway", body: undefined };
    expect(authorize(request, { floatingIps, servers, selector })).toMatchObject({
      type: "refuse",
      status: 404,
    });
  });

  it("refuses the default route to a broker's own certificate", () => {
    expect(judged({ caller: "db-1", method: "POST", path: "gateway" })).toMatchObject({
      type: "refuse",
      status: 403,
    });
  });

  it("answers a sign of life without the API", () => {
    expect(judged({ path: "ready" })).toEqual({ type: "ready" });
  });

  it.each(["db-1", "lb-3", "undefined"])("refuses %s, whose certificate is good too", (caller) => {
    expect(judged({ caller, ...assign, body: { server: 11 } })).toMatchObject({
      status: 403,
      reason: `${caller} is not a load balancer of this stack`,
    });
  });

  it.each([
    ["DELETE", "servers/11"],
    ["GET", "servers"],
    ["GET", "actions"],
    ["GET", "actions/5/../../servers"],
    ["POST", "floating_ips/21/actions/unassign"],
    ["POST", "floating_ips/21/actions/assign/"],
    ["DELETE", "floating_ips/21"],
    ["PUT", "floating_ips/21"],
    ["POST", "servers/11/actions/poweroff"],
    ["GET", "gateway"],
    ["GET", "networks/7"],
    ["POST", "networks/7/actions/add_route"],
    ["POST", "networks/7/actions/delete_route"],
  ])("offers no %s %s", (method, path) => {
    expect(judged({ method, path, body: { server: 11 } })).toMatchObject({
      type: "refuse",
      status: 404,
    });
  });
});

describe("an answer", () => {
  it("names only the stack's addresses and their owners", () => {
    const answer = {
      floating_ips: [
        { id: 21, server: 11, ip: "192.0.2.1", labels: { a: "b" } },
        { id: 22, server: 13 },
      ],
      meta: {},
    };
    expect(filterAnswer(answer, rules)).toEqual({ floating_ips: [{ id: 21, server: 11 }] });
  });

  it("says of an action what became of it, and no more", () => {
    const action = { id: 5, status: "error", error: { message: "m" }, resources: [{ id: 1 }] };
    expect(filterAnswer({ action }, rules)).toEqual({
      action: { id: 5, status: "error", error: { message: "m" } },
    });
  });

  it("holds nothing that was not expected", () => {
    expect(filterAnswer({ servers: [{ id: 1 }] }, rules)).toEqual({});
  });
});
