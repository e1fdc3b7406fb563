import { describe, expect, it } from "vitest";
import { failureOf } from "../../../host/acme/order";

const nowMs = Date.UTC(2027, 0, 1);

function refusal(headers: Record<string, string>) {
  const response = { status: 429, headers, data: { detail: "too many certificates" } };
  return Object.assign(new Error("Request failed with status code 429"), { response });
}

describe("failureOf", () => {
  it("tells the authority's words and its wait in seconds", () => {
    const failure = failureOf(refusal({ "retry-after": "3600" }), nowMs);
    expect(failure.message).toBe("the authority answered with status 429: too many certificates");
    expect(failure.retryAfterMs).toBe(3_600_000);
  });

  it("understands a wait that is a date", () => {
    const at = new Date(nowMs + 60_000).toUTCString();
    expect(failureOf(refusal({ "retry-after": at }), nowMs).retryAfterMs).toBe(60_000);
  });

  it("takes a refusal without a wait, or with one that is over", () => {
    expect(failureOf(refusal({}), nowMs).retryAfterMs).toBeUndefined();
    const at = new Date(nowMs - 60_000).toUTCString();
    expect(failureOf(refusal({ "retry-after": at }), nowMs).retryAfterMs).toBeUndefined();
  });

  it("names the error of a connection", () => {
    const error = Object.assign(new Error("certificate is not yet valid"), {
      code: "CERT_NOT_YET_VALID",
    });
    expect(failureOf(error, nowMs).message).toBe(
      "certificate is not yet valid (CERT_NOT_YET_VALID)",
    );
  });
});
