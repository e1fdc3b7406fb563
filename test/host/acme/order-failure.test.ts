import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { order } from "../../../host/acme/order";
import { failureOf, type OrderFailure, Refusal } from "../../../host/acme/order-failure";
import { AuthorityStub } from "../../support/authority-stub";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const nowMs = Date.UTC(2027, 0, 1);
const directory = "https://authority.example/directory";

let authority: AuthorityStub;
beforeEach(async () => {
  authority = await AuthorityStub.start();
});
afterEach(() => authority.close());

function refusal(headers: Record<string, string>) {
  return new Refusal(
    { status: 429, headers, data: { detail: "too many certificates" } },
    "POST https://authority.example/order",
  );
}

/** The failure of an order. */
async function failed(at: string): Promise<OrderFailure> {
  return order({ directory: at, key }, "www.example.com").then(
    () => {
      throw new Error("the order did not fail");
    },
    (error: OrderFailure) => error,
  );
}

describe("failureOf", () => {
  it("tells the authority's words and its wait in seconds", () => {
    const failure = failureOf(refusal({ "retry-after": "3600" }), directory, nowMs);
    expect(failure.message).toBe("the authority answered with status 429: too many certificates");
    expect(failure.retryAfterMs).toBe(3_600_000);
    expect(failure.status).toBe(429);
  });

  it("understands a wait that is a date", () => {
    const at = new Date(nowMs + 60_000).toUTCString();
    expect(failureOf(refusal({ "retry-after": at }), directory, nowMs).retryAfterMs).toBe(60_000);
  });

  it("takes a refusal without a wait, or with one that is over", () => {
    expect(failureOf(refusal({}), directory, nowMs).retryAfterMs).toBeUndefined();
    const at = new Date(nowMs - 60_000).toUTCString();
    expect(
      failureOf(refusal({ "retry-after": at }), directory, nowMs).retryAfterMs,
    ).toBeUndefined();
  });

  it("names the directory and the error of a connection", () => {
    const error = Object.assign(new Error("certificate is not yet valid"), {
      isAxiosError: true,
      code: "CERT_NOT_YET_VALID",
    });
    expect(failureOf(error, directory, nowMs).message).toBe(
      "the authority https://authority.example/directory is not reached: certificate is not yet valid (CERT_NOT_YET_VALID)",
    );
  });

  it("names the errors of all addresses of the authority", () => {
    const errors = [new Error("connect ECONNREFUSED ::1:14000"), new Error("connect EHOSTUNREACH")];
    const error = Object.assign(new Error(""), {
      isAxiosError: true,
      code: "ECONNREFUSED",
      cause: { errors },
    });
    expect(failureOf(error, directory, nowMs).message).toBe(
      "the authority https://authority.example/directory is not reached: connect ECONNREFUSED ::1:14000, connect EHOSTUNREACH",
    );
  });
});

describe("an order", () => {
  it("from an authority that is not reached names its directory and the error", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const at = `http://127.0.0.1:${port}/directory`;
    expect((await failed(at)).message).toBe(
      `the authority ${at} is not reached: connect ECONNREFUSED 127.0.0.1:${port}`,
    );
  });

  it("keeps the wait that a busy authority demands", async () => {
    authority.refusal = { status: 429, detail: "too many orders", retryAfter: "120" };
    const { message, retryAfterMs } = await failed(authority.directory);
    expect(message).toBe("the authority answered with status 429: too many orders");
    expect(retryAfterMs).toBe(120_000);
  });

  it("names what it asked for if the answer has no reason", async () => {
    const at = authority.directory.replace("/directory", "/elsewhere");
    expect((await failed(at)).message).toBe(
      `the authority answered with status 404: no reason, for GET ${at}`,
    );
  });
});
