import { describe, expect, it } from "vitest";
import { waitForRecord } from "../../../host/acme/visible-record";

const name = "_acme-challenge.example.com";
const soon = { mostMs: 200, lookMs: 1, settleMs: 0 };

const goOn: () => void = () => undefined;
const wait = (
  servers: string[],
  ask: (server: string) => Promise<string[]>,
  waits = soon,
  isOn = goOn,
) => waitForRecord(name, "value", servers, isOn, waits, ask);

describe("waitForRecord", () => {
  it("waits until every name server has the value, and asks none again that has it", async () => {
    const asked: string[] = [];
    const ask = (server: string) => {
      asked.push(server);
      const isLate = server === "b" && asked.filter((one) => one === "b").length < 3;
      return Promise.resolve(isLate ? ["other"] : ["other", "value"]);
    };
    expect(await wait(["a", "b", "c"], ask)).toBeUndefined();
    expect(asked).toEqual(["a", "b", "c", "b", "b"]);
  });

  it("leaves out a name server that does not answer three times in a row, and names it", async () => {
    let looks = 0;
    const ask = (server: string) => {
      if (server === "b") looks++;
      return server === "b" ? Promise.reject(new Error("ETIMEOUT")) : Promise.resolve(["value"]);
    };
    expect(await wait(["a", "b", "c"], ask)).toBe(
      "b does not answer for _acme-challenge.example.com: ETIMEOUT",
    );
    expect(looks).toBe(3);
  });

  it("counts a name server that answers again in between", async () => {
    let looks = 0;
    const ask = (server: string) => {
      if (server === "a") return Promise.resolve(["value"]);
      looks++;
      return looks % 3 === 0
        ? Promise.resolve(looks === 6 ? ["value"] : ["other"])
        : Promise.reject(new Error("ETIMEOUT"));
    };
    expect(await wait(["a", "b"], ask)).toBeUndefined();
    expect(looks).toBe(6);
  });

  it("ends with the name servers that answer without the value, or if none answers", async () => {
    const short = { ...soon, mostMs: 20 };
    const ask = (server: string) =>
      server === "c" ? Promise.reject(new Error("ETIMEOUT")) : Promise.resolve(["other"]);
    await expect(wait(["a", "c"], ask, short)).rejects.toThrow(
      "a does not have the record _acme-challenge.example.com; c does not answer for _acme-challenge.example.com: ETIMEOUT, after 0.02 s",
    );
    await expect(wait(["c"], ask, short)).rejects.toThrow(
      "c does not answer for _acme-challenge.example.com: ETIMEOUT, after 0.02 s",
    );
  });

  it("ends by the error of its caller, who no longer wants the record", async () => {
    let looks = 0;
    const stop = () => {
      if (++looks === 2) throw new Error("no longer");
    };
    const ask = () => Promise.resolve(["other"]);
    await expect(wait(["a"], ask, soon, stop)).rejects.toThrow("no longer");
    expect(looks).toBe(2);
  });

  it("needs a name server", async () => {
    await expect(wait([], () => Promise.resolve([]))).rejects.toThrow("has no name server");
  });
});
