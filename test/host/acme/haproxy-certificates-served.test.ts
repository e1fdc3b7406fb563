import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  LoadedCertificates,
  bringToHaproxy,
  type Serving,
} from "../../../host/acme/haproxy-certificates";
import type { Stored } from "../../../host/acme/store";

const domains = ["a.example.com", "b.example.com", "c.example.com"];
const path = (name: string) => `/store/live/${name}.pem`;

let journal: string[];
beforeEach(() => {
  journal = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void journal.push(line));
});
afterEach(() => vi.restoreAllMocks());

/** HAProxy's runtime API with one open update at a time, as 3.2 has it; a certificate's fingerprint is its text. */
class Haproxy {
  served = new Map<string, string>();
  map = new Set<string>();
  open: { path: string; text: string } | undefined;
  /** What HAProxy answers to a set of a file, instead of doing it. */
  refusals = new Map<string, string>();
  isDown = false;

  ask(command: string): Promise<string> {
    if (this.isDown) return Promise.reject(new Error("connect ENOENT /run/haproxy/acme.sock"));
    return Promise.resolve(this.answer(command));
  }

  private answer(command: string): string {
    const [line = "", text = ""] = command.split("\n");
    const [verb, , what, file = ""] = line.replace("add ssl crt-list", "list ssl it").split(" ");
    if (what === "opt@map") return this.answerAboutMap(verb!, file);
    if (verb === "show" && file === "") return this.open ? `# transaction\n*${this.open.path}` : "";
    if (verb === "show") return this.shown(file);
    if (verb === "set") return this.set(file, text);
    if (verb === "abort" || verb === "commit") return this.end(verb, file);
    if (verb === "new") this.served.set(file, "");
    return verb === "new" ? `New empty certificate store '${file}'!` : "Success!";
  }

  private answerAboutMap(verb: string, name: string): string {
    if (verb === "add") this.map.add(name);
    if (verb === "del") this.map.delete(name);
    return verb === "show" ? [...this.map].map((one) => `0x7f ${one} yes`).join("\n") : "";
  }

  private shown(file: string): string {
    const text = this.served.get(file);
    if (text === undefined) return "Can't display the certificate: Not found!";
    return `Filename: ${file}\nStatus: Used\nSHA1 FingerPrint: ${text}`;
  }

  private set(file: string, text: string): string {
    const refusal = this.refusals.get(file);
    if (refusal !== undefined) return refusal;
    if (this.open && this.open.path !== file) {
      return `The ongoing transaction is about '${this.open.path}' but you are trying to set '${file}'`;
    }
    this.open = { path: file, text };
    return `Transaction created for certificate ${file}!`;
  }

  private end(verb: "abort" | "commit", file: string): string {
    if (this.open?.path !== file) return "No ongoing transaction!";
    if (verb === "commit") this.served.set(file, this.open.text);
    this.open = undefined;
    return verb === "commit" ? "Success!" : `Transaction aborted for certificate '${file}'!`;
  }
}

function certificate(text: string): Stored {
  const pem = `${text}\n`;
  return { pem, fingerprint: text, issuer: "", notBeforeMs: 0, notAfterMs: 1, obtainedMs: 0 };
}

function parts(haproxy: Haproxy, more: Partial<Serving> = {}): Serving {
  return {
    store: {
      read: (name) => certificate(`${name[0]!.toUpperCase()}2`),
      path,
      names: () => domains,
      remove: () => undefined,
      saveMap: () => undefined,
    },
    loaded: new LoadedCertificates("/store/live", "opt@map", (command) => haproxy.ask(command)),
    domains,
    onDisk: (save) => save(),
    ...more,
  };
}

function served({ served: texts }: Haproxy): (string | undefined)[] {
  return domains.map((name) => texts.get(path(name)));
}

describe("certificates brought to HAProxy", () => {
  it("are all taken but the one that HAProxy refuses, whose name is not redirected", async () => {
    const haproxy = new Haproxy();
    haproxy.refusals.set(path("a.example.com"), "unable to load the chain");
    await bringToHaproxy(parts(haproxy));
    expect(served(haproxy)).toEqual(["", "B2", "C2"]);
    expect([...haproxy.map]).toEqual(["b.example.com", "c.example.com"]);
    const said = `<4>a.example.com at HAProxy: HAProxy refused the command set ssl cert ${path("a.example.com")} <<: unable to load the chain`;
    expect(journal).toContain(said);
    // The problem is told once, and ends with the next success.
    await bringToHaproxy(parts(haproxy));
    expect(journal.filter((line) => line === said)).toHaveLength(1);
    haproxy.refusals.clear();
    await bringToHaproxy(parts(haproxy));
    expect(served(haproxy)).toEqual(["A2", "B2", "C2"]);
    expect(haproxy.map.has("a.example.com")).toBe(true);
  });

  it("keep the redirect of a name whose renewal HAProxy refuses", async () => {
    const haproxy = new Haproxy();
    haproxy.served.set(path("a.example.com"), "A1");
    haproxy.map.add("a.example.com");
    haproxy.refusals.set(path("a.example.com"), "no memory");
    await bringToHaproxy(parts(haproxy));
    expect(served(haproxy)).toEqual(["A1", "B2", "C2"]);
    expect(haproxy.map.has("a.example.com")).toBe(true);
  });

  it("are taken after a program that was lost in the middle of an update", async () => {
    const haproxy = new Haproxy();
    haproxy.open = { path: path("b.example.com"), text: "B1" };
    await bringToHaproxy(parts(haproxy));
    expect(served(haproxy)).toEqual(["A2", "B2", "C2"]);
  });

  it("reach HAProxy also while the disk does not take the map for its next start", async () => {
    const haproxy = new Haproxy();
    const { store } = parts(haproxy);
    const problems: string[] = [];
    await bringToHaproxy(
      parts(haproxy, {
        store: {
          ...store,
          saveMap: () => {
            throw new Error("ENOSPC: no space left on device");
          },
        },
        onDisk: (save) => {
          try {
            save();
          } catch (error) {
            problems.push((error as Error).message);
          }
        },
      }),
    );
    expect(served(haproxy)).toEqual(["A2", "B2", "C2"]);
    expect(problems).toEqual(["ENOSPC: no space left on device"]);
  });

  it("wait together for an HAProxy that does not answer, with one line in the journal", async () => {
    const haproxy = new Haproxy();
    haproxy.isDown = true;
    await bringToHaproxy(parts(haproxy));
    expect(journal).toEqual(["<4>HAProxy: connect ENOENT /run/haproxy/acme.sock"]);
    haproxy.isDown = false;
    await bringToHaproxy(parts(haproxy));
    expect(served(haproxy)).toEqual(["A2", "B2", "C2"]);
  });
});
