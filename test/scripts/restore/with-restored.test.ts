import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeAgeKeys } from "../../../scripts/restore/age-keys";
import { checkIdentity } from "../../../scripts/restore/with-restored";

/** A file of an identity, whose text is changed. */
function written(change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), "identity-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "identity");
  writeFileSync(path, change(`${makeAgeKeys().identity}\n`));
  return path;
}

describe("the file of the identity", () => {
  it("is accepted as npm run backups:keys writes it", () => {
    checkIdentity({ identity: written((text) => text) });
  });

  it("is refused before anything is fetched if it is damaged, without any part of the secret", () => {
    let secret = "";
    const identity = written((text) => (secret = text).replace(/.\n$/, "\n"));
    const refuse = () => checkIdentity({ identity });
    expect(refuse).toThrow(
      `${identity} has an identity in line 1 that has 57 characters after its beginning, not 58; copy the file that npm run backups:keys wrote again, or name another one with --identity`,
    );
    try {
      refuse();
    } catch (error) {
      expect((error as Error).message).not.toContain(secret.slice(16, 24));
    }
  });

  it("is asked for if it is not there", () => {
    expect(() => checkIdentity({ identity: "/nowhere/identity" })).toThrow(
      "/nowhere/identity is not there; name the file of the identity with --identity",
    );
  });
});
