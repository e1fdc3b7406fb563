import { describe, expect, it } from "vitest";
import type { Answer } from "../../doctor/api";
import { clockFindings } from "../../doctor/clock";
import { fails } from "../../doctor/finding";

const date = "Sat, 28 Nov 2026 10:00:00 GMT";
const answering = (more: Partial<Answer>) => async () => ({ status: 200, body: {}, ...more });
const at = (seconds: number) => new Date(Date.parse(date) + seconds * 1_000);

describe("this machine's clock", () => {
  it.each([-60, 0, 60])("agrees with the API's at %i s", async (seconds) => {
    const [finding] = await clockFindings(answering({ date }), at(seconds));
    expect(finding).toMatchObject({ check: "clock", level: "ok" });
  });

  it("must not be ahead, because certificates made now would not be valid yet", async () => {
    const findings = await clockFindings(answering({ date }), at(3_600));
    expect(findings[0]!.text).toMatch(/^this machine's clock is 3600 s ahead of the API's/);
    expect(fails(findings)).toBe(true);
  });

  it("is told to be behind, which harms no certificate", async () => {
    const findings = await clockFindings(answering({ date }), at(-90));
    expect(findings).toMatchObject([
      { level: "warning", text: expect.stringContaining("90 s behind") as string },
    ]);
  });

  it.each([
    ["without a date", answering({})],
    ["with an unreadable date", answering({ date: "soon" })],
    ["that does not come", () => Promise.reject(new Error("no route"))],
  ])("is not judged by an answer %s", async (_, call) => {
    expect(await clockFindings(call, at(0))).toEqual([]);
  });
});
