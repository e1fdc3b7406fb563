import { describe, expect, it } from "vitest";
import { documentedSettings } from "../../config/setting";
import { settingsSchema } from "../../config/schema";
import { fakeToken } from "../support/stack-config";
import { useStackFile } from "../support/stack-file";
import { bases, generated, keysWithSecrets } from "./fuzz/generated";
import { judge } from "./fuzz/judge";

const project = useStackFile();

/** `npm run fuzz:config` tries all, `npm test` the first of them. */
const files = Number(process.env.FUZZ_CONFIGS ?? 2000);

describe("generated stack files", () => {
  it("start from valid ones that hold every setting", () => {
    for (const base of bases) {
      const texts = Object.entries(base).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      const file = { "hcloud:token": fakeToken, ...Object.fromEntries(texts) };
      expect(judge({ texts: file, secretKeys: keysWithSecrets }, project.root)).toEqual({
        taken: true,
        problems: [],
        faults: [],
      });
    }
    const text = JSON.stringify(bases);
    // A certificate has to be a real one; the table of refusals has it.
    const absent = documentedSettings(settingsSchema)
      .map(({ path }) => path.at(-1)!)
      .filter((name) => !text.includes(`"${name}"`) && !text.includes(`webstack:${name}`));
    expect(absent).toEqual(["caPem"]);
  });

  it(`are taken, or refused in our words without a secret: ${files} of them`, () => {
    let taken = 0;
    const faults: string[] = [];
    for (let seed = 1; seed <= files; seed++) {
      const verdict = judge(generated(seed), project.root);
      if (verdict.taken) taken += 1;
      faults.push(...verdict.faults.map((fault) => `file ${seed}: ${fault}`));
    }
    expect(faults.slice(0, 20)).toEqual([]);
    // Both outcomes are tried: a generator that hits nothing but one of them proves little.
    expect(taken).toBeGreaterThan(files / 20);
    expect(files - taken).toBeGreaterThan(files / 2);
  }, 600_000);
});
