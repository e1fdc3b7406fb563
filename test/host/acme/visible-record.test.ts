import { describe, expect, it } from "vitest";
import { waitForRecord } from "../../../host/acme/visible-record";

const name = "_acme-challenge.example.com";
const soon = { mostMs: 200, lookMs: 1, settleMs: 0 };

describe("waitForRecord", () => {
  it("waits until every name server has the value", async () => {
    const asked: string[] = [];
    const ask = (server: string) => {
      asked.push(server);
      const isLate = server === "b" && asked.filter((one) => one === "b").length < 3;
      return Promise.resolve(isLate ? ["other"] : ["other", "value"]);
    };
    await waitForRecord(name, "value", ["a", "b", "c"], soon, ask);
    expect(asked).toEqual(["a", "b", "b", "b", "c"]);
  });

  it("ends with the name server that does not have the value, or does not answer", async () => {
    const waited = (ask: () => Promise<string[]>) =>
      waitForRecord(name, "value", ["a"], { ...soon, mostMs: 5 }, ask);
    await expect(waited(() => Promise.resolve(["other"]))).rejects.toThrow(
      "a does not have the record _acme-challenge.example.com, after 0.005 s",
    );
    await expect(waited(() => Promise.reject(new Error("ETIMEOUT")))).rejects.toThrow(
      "a does not answer for _acme-challenge.example.com: ETIMEOUT, after 0.005 s",
    );
  });

  it("needs a name server", async () => {
    await expect(waitForRecord(name, "value", [], soon)).rejects.toThrow("has no name server");
  });
});
