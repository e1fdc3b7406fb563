import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Store } from "../../../host/acme/store";

const folders: string[] = [];
afterEach(() =>
  folders.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true })),
);

describe("a store of certificates", () => {
  it("tells before an order that a certificate could not be kept, and leaves nothing of the trial", () => {
    const folder = mkdtempSync(join(tmpdir(), "acme-store-"));
    folders.push(folder);
    const store = new Store(folder);
    expect(store.problem()).toBeUndefined();
    expect(readdirSync(join(folder, "live"))).toEqual([]);
    rmSync(join(folder, "live"), { recursive: true });
    expect(store.problem()).toMatch(/^a certificate could not be kept in .*live: ENOENT/);
  });
});
