import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type DocumentedSetting, documentedSettings } from "../config/setting";
import { settingsSchema } from "../config/schema";

const root = join(__dirname, "..");
const manual = readFileSync(join(root, "docs", "configuration.md"), "utf8");
const settings = documentedSettings(settingsSchema);

/** The line of the manual that a setting must have. */
function row({ path, notes, fallback }: DocumentedSetting): string {
  const empty = notes.absent ?? (fallback === undefined ? "required" : undefined);
  const absent = empty ?? `\`${JSON.stringify(fallback)}\``;
  const name = `\`${path.join(".")}\`${notes.secret ? " (secret)" : ""}`;
  return `| ${name} | ${notes.about} | must ${notes.must} | ${absent} |`;
}

describe("docs/configuration.md", () => {
  it("has exactly one line for each setting, in order, as the program knows it", () => {
    const lines = manual.match(/^\| `[^|]*(\|[^|]*){3}\|$/gm) ?? [];
    expect(lines.map((line) => line.replace(/ +\|/g, " |"))).toEqual(settings.map(row));
  });

  it("shows an example that the program takes", () => {
    const [, yaml] = /```yaml\n([^]*?)```/.exec(manual)!;
    const { config } = parse(yaml!) as { config: Record<string, unknown> };
    const own = Object.entries(config).map(([key, value]) => [key.replace("webstack:", ""), value]);
    expect(settingsSchema.safeParse(Object.fromEntries(own)).error).toBeUndefined();
  });
});
