import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isCollection, parse, parseDocument, visit } from "yaml";

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

/**
 * The engine writes `{ node: 24 }` anew as `{node: 24}`, which `npm run check:format` refuses in the file that a
 * maintainer then commits. Seen with pulumi 3.257.0: `pulumi stack init`, `pulumi config set`.
 */
it.each(["dev", "staging", "prod", "local"])(
  "Pulumi.%s.yaml has no collection in braces or brackets, but an empty one",
  (stack) => {
    const text = readFileSync(join(__dirname, "..", `Pulumi.${stack}.yaml`), "utf8");
    const strays: string[] = [];
    visit(parseDocument(text), {
      Collection: (_, node) => {
        if (isCollection(node) && node.flow && node.items.length > 0) strays.push(String(node));
      },
    });
    expect(strays).toEqual([]);
  },
);
