import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextStep } from "../../../host/acme/plan";
import { storeSeed } from "../../../host/acme/seed";
import { Store } from "../../../host/acme/store";
import { ownCertificate } from "../../support/own-certificate";

const pem = `${ownCertificate.certificate}${ownCertificate.privateKey}`;
const [begin, end] = [Date.UTC(2020, 0, 1), Date.UTC(2120, 0, 1)];
const now = Date.UTC(2030, 0, 1);
const domains = ["www.example.com", "www.example.net", "*.example.com"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "acme-seed-"));
  vi.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const mapOf = () => readFileSync(join(folder, "certified.map"), "utf8");

describe("the stack file's certificate beside an authority", () => {
  it("is stored for each name that it is for, and HAProxy redirects these names", () => {
    const store = new Store(folder);
    storeSeed(store, domains, pem, now);
    expect(store.names()).toEqual(["*.example.com", "www.example.com"]);
    expect(mapOf()).toBe("www.example.com yes\n*.example.com yes\n");
  });

  it("is renewed by its own dates, also if little of its life is left", () => {
    const store = new Store(folder);
    const lateMs = end - 24 * 3_600_000;
    storeSeed(store, domains, pem, lateMs);
    const held = store.read("www.example.com")!;
    expect(held.obtainedMs).toBe(begin);
    expect(nextStep(now, true, held, undefined).do).toBe("wait");
    expect(nextStep(lateMs, true, held, undefined).do).toBe("order");
  });

  it("replaces no valid certificate, and is not stored outside of its life", () => {
    const store = new Store(folder);
    const other = { ...store, read: () => ({ notAfterMs: now + 1 }) } as unknown as Store;
    other.save = () => expect.unreachable();
    other.saveMap = () => undefined;
    storeSeed(other, domains, pem, now);
    storeSeed(store, domains, pem, end);
    storeSeed(store, domains, pem, begin - 1);
    expect(store.names()).toEqual([]);
  });
});
