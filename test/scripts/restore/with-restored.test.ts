import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeAgeKeys } from "../../../scripts/restore/age-keys";
import { checkIdentity, checkOperatorSpace } from "../../../scripts/restore/with-restored";
import { aged } from "../prune/fake-history";

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

const gb = 1e9;

/** A plan with a base of 20 GB and two segments of 2 GB each. */
function planned() {
  const { bases, links } = aged(2).found();
  const base = { ...bases[0]!, plainBytes: 20 * gb };
  const two = links.slice(0, 2).map(({ link }) => ({
    ...link!,
    segment: { ...link!.segment!, plainBytes: 2 * gb },
  }));
  return { base, links: two };
}

const disk = (free: number) => () => ({ bavail: free / 4_096, bsize: 4_096 });

describe("the disk of a restore", () => {
  it("must have room for the data and the log, which is said before anything is fetched", () => {
    expect(() => checkOperatorSpace("/r", planned(), disk(24.9 * gb))).toThrow(
      "a restore needs 25.0 GB free on the disk of /r (20.0 GB of data, 4.0 GB of log, and 1.0 GB), got 24.9 GB; free space there, or restore on a machine with a larger disk",
    );
  });

  it("is enough with exactly that", () => {
    expect(() => checkOperatorSpace("/r", planned(), disk(25.1 * gb))).not.toThrow();
  });
});
