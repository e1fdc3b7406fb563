import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { retentionOf } from "../../../scripts/restore/bucket";

const root = vi.hoisted(() => ({ folder: "" }));
vi.mock("../../../scripts/local/paths", async (original) => ({
  ...(await original<object>()),
  get repositoryRoot() {
    return root.folder;
  },
}));

beforeEach(() => (root.folder = mkdtempSync(join(tmpdir(), "retention-"))));
afterEach(() => rmSync(root.folder, { recursive: true, force: true }));

/** Writes a stack file, and reads the retention from it. */
function retention(more: string): ReturnType<typeof retentionOf> {
  const lines = [
    "config:",
    "  webstack:backups:",
    "    publicKey: age1x",
    "    target:",
    "      endpoint: https://store.test",
    "      bucket: backups",
    "      region: here",
    "      accessKeyId: KEY1",
    "      secretAccessKey: { secure: abc }",
  ];
  writeFileSync(join(root.folder, "Pulumi.shop.yaml"), `${lines.join("\n")}\n${more}\n`);
  return retentionOf("shop");
}

it("is that of the stack file, else the defaults", () => {
  expect(retention("    retention: { logDays: 90 }")).toMatchObject({ logDays: 90, daily: 7 });
  expect(retention("")).toMatchObject({ logDays: 14 });
});

it("is refused if a setting beside it is misspelt, or if it is part of the target", () => {
  expect(() => retention("    retentions: { logDays: 90 }")).toThrow(
    /webstack:backups must hold .*retention.* only, got retentions; .*nothing is deleted/,
  );
  expect(() => retention("      retention: { logDays: 90 }")).toThrow(
    /webstack:backups\.target must hold .* only, got retention;/,
  );
  const copy =
    "    copy:\n      endpoint: https://other.test\n      bucket: copy\n      region: there";
  const keys = "      accessKeyId: KEY2\n      secretAccessKey: { secure: def }";
  expect(() => retention(`${copy}\n${keys}\n      retention: { logDays: 90 }`)).toThrow(
    /webstack:backups\.copy must hold .* only, got retention;/,
  );
});
