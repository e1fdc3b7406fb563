import { describe, expect, it } from "vitest";
import { Lanes } from "../../../host/acme/lanes";

describe("lanes", () => {
  it("do not wait for each other, and have one work at a time", async () => {
    const lanes = new Lanes();
    const begun: string[] = [];
    let end = () => undefined as void;
    const wait = new Promise<void>((resolve) => (end = resolve));
    const work = (text: string, until = Promise.resolve()) => {
      return () => {
        begun.push(text);
        return until;
      };
    };
    lanes.begin("*.example.com", work("wildcard", wait));
    lanes.begin("single names", work("single"));
    lanes.begin("*.example.com", work("again too early"));
    expect(begun).toEqual(["wildcard", "single"]);
    end();
    await new Promise((resolve) => setImmediate(resolve));
    lanes.begin("*.example.com", work("again"));
    expect(begun).toEqual(["wildcard", "single", "again"]);
  });
});
