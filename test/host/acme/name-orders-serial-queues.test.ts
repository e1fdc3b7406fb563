import { describe, expect, it } from "vitest";
import { SerialQueues } from "../../../host/acme/name-orders";

describe("serial queues", () => {
  it("do not wait for each other, and run one piece of work at a time", async () => {
    const queues = new SerialQueues();
    const begun: string[] = [];
    let end = () => undefined as void;
    const wait = new Promise<void>((resolve) => (end = resolve));
    const work = (text: string, until = Promise.resolve()) => {
      return () => {
        begun.push(text);
        return until;
      };
    };
    queues.begin("*.example.com", work("wildcard", wait));
    queues.begin("single names", work("single"));
    queues.begin("*.example.com", work("again too early"));
    expect(begun).toEqual(["wildcard", "single"]);
    end();
    await new Promise((resolve) => setImmediate(resolve));
    queues.begin("*.example.com", work("again"));
    expect(begun).toEqual(["wildcard", "single", "again"]);
  });
});
