import { describe, expect, it } from "vitest";
import { markdown, unfolded } from "../../preview/render/markdown";
import { text } from "../../preview/render/text";
import { recordedEdits, recordedEvents, recordedPreview } from "./recorded";

/** Most lines that are not folded. */
const most = 60;

describe.each(recordedEdits)("the preview of the edit %s", (edit) => {
  it("is the kept comment", async () => {
    await expect(markdown(recordedPreview(edit))).toMatchFileSnapshot(`golden/${edit}.md`);
  });

  it("is the kept text", async () => {
    await expect(text(recordedPreview(edit))).toMatchFileSnapshot(`golden/${edit}.txt`);
  });

  it(`has at most ${most} lines that are not folded`, () => {
    expect(unfolded(markdown(recordedPreview(edit))).length).toBeLessThanOrEqual(most);
    expect(text(recordedPreview(edit)).split("\n").length).toBeLessThanOrEqual(most);
  });

  it("says nothing of how the engine hides and postpones values", () => {
    const output = JSON.stringify(recordedPreview(edit)) + markdown(recordedPreview(edit));
    expect(output).not.toMatch(
      /4dabf18193072939515e22adb298388d|04da6b54-80e4|BEGIN [A-Z ]*PRIVATE KEY/,
    );
  });

  it("was recorded without a secret, and without the place of a checkout", () => {
    const recorded = JSON.stringify(recordedEvents(edit));
    expect(recorded).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY|"severity":"debug"/);
    const archives = recorded.match(/"archive":"[^"]*"/g) ?? [];
    expect(archives.filter((one) => !one.includes('"/checkout/'))).toEqual([]);
  });
});
