import type { LookupFunction } from "node:net";
import { describe, expect, it } from "vitest";
import { cachingLookup } from "../../../host/cloud-api/transport";

type Done = Parameters<LookupFunction>[2];

/** A resolver whose next behaviour a test sets. */
function resolver() {
  const control = { mode: "good" as "good" | "bad" | "silent" };
  const resolve: LookupFunction = (_name, _options, done: Done) => {
    if (control.mode === "good") done(null, "192.0.2.7", 4);
    if (control.mode === "bad") done(new Error("no resolver"), "", 0);
  };
  return { control, lookup: cachingLookup(resolve, 5) };
}

function ask(lookup: LookupFunction): Promise<unknown> {
  return new Promise((resolve, reject) =>
    lookup("api.example", { family: 4 }, (error, address) =>
      error ? reject(error) : resolve(address),
    ),
  );
}

describe("rememberingLookup", () => {
  it.each(["bad", "silent"] as const)(
    "gives the last answer when the resolver is %s",
    async (mode) => {
      const { control, lookup } = resolver();
      await ask(lookup);
      control.mode = mode;
      await expect(ask(lookup)).resolves.toBe("192.0.2.7");
    },
  );

  it("passes on the failure of a name that was never resolved", async () => {
    const { control, lookup } = resolver();
    control.mode = "bad";
    await expect(ask(lookup)).rejects.toThrow("no resolver");
  });
});
