import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";

/**
 * The engine keeps a plain value at the top as a text and writes the file anew when it adds
 * `encryptionsalt`, as in `pulumi stack init`: pulumi/sdk `go/common/resource/config/value.go`.
 */
it.each(["dev", "staging", "prod"])(
  "Pulumi.%s.yaml has the form that the engine keeps",
  (stack) => {
    const text = readFileSync(join(__dirname, "..", `Pulumi.${stack}.yaml`), "utf8");
    const { config } = parse(text) as { config: Record<string, unknown> };
    const strays = Object.entries(config).filter(
      ([, value]) => typeof value !== "string" && typeof value !== "object",
    );
    expect(strays).toEqual([]);
  },
);
