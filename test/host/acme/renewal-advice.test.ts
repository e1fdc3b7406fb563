import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { certificateId, type Advice, RenewalAdvice } from "../../../host/acme/renewal-advice";
import { NoSuggestion, type Suggestion, timeInWindow } from "../../../host/acme/renewal-info";

const folder = mkdtempSync(join(tmpdir(), "acme-advice-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate whose serial and authority's key are those of the example in RFC 9773, 4.1. */
function example(keyId: string): string {
  const file = join(folder, "example.pem");
  const extension = keyId === "" ? "basicConstraints=CA:FALSE" : `2.5.29.35=DER:30168014${keyId}`;
  const none = ["subjectKeyIdentifier=none", "authorityKeyIdentifier=none"];
  const added = [...(keyId === "" ? none : none.slice(0, 1)), extension];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", "/CN=www.example.com", "-set_serial", "0x87654321"],
      ...["-keyout", "/dev/null", "-out", file, ...added.flatMap((one) => ["-addext", one])],
    ],
    { stdio: "ignore" },
  );
  return readFileSync(file, "utf8");
}

const pem = example("69885b6b87464041e1b37b847ba0ae2cde01c8d4");
const id = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";
const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2027, 0, 1);
const certificate = { pem, fingerprint: "A1", notAfterMs: start + 90 * day };
const window = { startMs: start + 50 * day, endMs: start + 52 * day };

let nowMs = start;
let asked: string[] = [];
let kept: Record<string, Advice> = {};
let reason: (string | undefined)[] = [];
let answer: () => Suggestion = () => window;

function advice(directory = "https://authority.example/directory"): RenewalAdvice {
  const ask = (about: string) => {
    asked.push(about);
    return Promise.resolve().then(() => answer());
  };
  const keep = (now: Record<string, Advice>) => {
    kept = JSON.parse(JSON.stringify(now)) as Record<string, Advice>;
  };
  return new RenewalAdvice(directory, kept, ask, keep, (_, text) => reason.push(text));
}

async function at(ms: number, one: RenewalAdvice, about = certificate): Promise<number> {
  nowMs = ms;
  await one.refresh("www.example.com", about, () => nowMs);
  return asked.length;
}

beforeEach(() => {
  asked = [];
  kept = {};
  reason = [];
  answer = () => window;
});

describe("certificateId", () => {
  it("is that of the example of RFC 9773", () => {
    expect(certificateId(pem)).toBe(id);
  });

  it("refuses a certificate that does not name its authority's key", () => {
    expect(() => certificateId(example(""))).toThrow("does not name the key of its authority");
  });
});

describe("the advice", () => {
  it("is a time inside the window, the same on each load balancer and after a restart", async () => {
    const first = advice();
    await at(start, first);
    const renewMs = first.renewMs("www.example.com", certificate)!;
    expect(asked).toEqual([id]);
    expect(renewMs).toBeGreaterThanOrEqual(window.startMs);
    expect(renewMs).toBeLessThan(window.endMs);
    expect(advice().renewMs("www.example.com", certificate)).toBe(renewMs);
    const times = ["a", "b", "c", "d"].map((other) => timeInWindow(other, window));
    expect(new Set([...times, renewMs]).size).toBe(5);
  });

  it("is asked for again after six hours, also after a restart in between", async () => {
    await at(start, advice());
    expect(await at(start + 6 * hour - 1, advice())).toBe(1);
    expect(await at(start + 6 * hour, advice())).toBe(2);
  });

  it.each([
    [1_000, 60_000],
    [2 * hour, 2 * hour],
    [30 * day, day],
  ])("is asked for again after the authority's wait of %i ms, within bounds", async (wait, due) => {
    answer = () => ({ ...window, retryAfterMs: wait });
    const one = advice();
    await at(start, one);
    expect(await at(start + due - 1, one)).toBe(1);
    expect(await at(start + due, one)).toBe(2);
  });

  it("is asked for at once for another certificate, and under a clock that was set back", async () => {
    const one = advice();
    await at(start, one);
    expect(await at(start + 1, one, { ...certificate, fingerprint: "B2" })).toBe(2);
    expect(one.renewMs("www.example.com", certificate)).toBeUndefined();
    expect(await at(start - day, one, { ...certificate, fingerprint: "B2" })).toBe(3);
  });

  it("follows the authority's clock where this node's is a year ahead", async () => {
    const one = advice();
    answer = () => ({ ...window, authorityMs: start });
    await at(start + 365 * day, one);
    const renewMs = one.renewMs("www.example.com", certificate)!;
    expect(renewMs - (start + 365 * day)).toBe(timeInWindow(id, window) - start);
  });

  it("is none after a refusal, for six hours, and the journal has the reason", async () => {
    const one = advice();
    await at(start, one);
    answer = () => {
      throw new NoSuggestion("the authority answered with status 404");
    };
    await at(start + 6 * hour, one);
    expect(one.renewMs("www.example.com", certificate)).toBeUndefined();
    expect(one.replacedId("www.example.com", certificate)).toBeUndefined();
    expect(reason).toEqual([undefined, "the authority answered with status 404"]);
    expect(await at(start + 12 * hour - 1, one)).toBe(2);
    expect(await at(start + 12 * hour, one)).toBe(3);
  });

  it("is none while the authority is not reached, and no name asks it for ten minutes", async () => {
    const one = advice();
    answer = () => {
      throw new Error("connect ECONNREFUSED");
    };
    await at(start, one);
    await one.refresh("example.com", certificate, () => start + 1);
    expect(asked).toHaveLength(1);
    expect(await at(start + 600_000 - 1, one)).toBe(1);
    answer = () => window;
    expect(await at(start + 600_000, one)).toBe(2);
    expect(one.renewMs("www.example.com", certificate)).toBeDefined();
  });

  it("is none for a window that ends after the certificate", async () => {
    const one = advice();
    answer = () => ({ startMs: start, endMs: certificate.notAfterMs + 1 });
    await at(start, one);
    expect(one.renewMs("www.example.com", certificate)).toBeUndefined();
    expect(reason).toEqual(["the authority suggests a renewal after the certificate's end"]);
  });

  it("names the certificate to replace once the authority has said that it knows it", async () => {
    const one = advice();
    expect(one.replacedId("www.example.com", certificate)).toBeUndefined();
    await at(start, one);
    expect(one.replacedId("www.example.com", certificate)).toBe(id);
  });

  it("of another authority does not count after a change of the directory, and neither does its certificate", async () => {
    await at(start, advice("https://staging.example/directory"));
    const one = advice();
    expect(one.renewMs("www.example.com", certificate)).toBeUndefined();
    expect(one.replacedId("www.example.com", certificate)).toBeUndefined();
    answer = () => {
      throw new NoSuggestion("the authority answered with status 404");
    };
    expect(await at(start + 1, one)).toBe(2);
    expect(one.replacedId("www.example.com", certificate)).toBeUndefined();
  });

  it("of a release that did not note the authority is asked for again", async () => {
    await at(start, advice());
    delete kept["www.example.com"]!.directory;
    expect(advice().replacedId("www.example.com", certificate)).toBeUndefined();
    expect(await at(start + 1, advice())).toBe(2);
  });
});
