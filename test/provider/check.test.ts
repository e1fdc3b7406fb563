import { describe, expect, it } from "vitest";
import { problemsOf } from "../../provider/check";
import { unknown } from "../../plugin/values";
import { goodInputs, privateKey } from "./inputs";

const digest = "a".repeat(64);
const release = { digest, root: "/srv/app", keep: 3 };

function problems(overrides: Record<string, unknown>): string[] {
  return problemsOf(goodInputs(overrides)).map(({ property, reason }) => `${property} ${reason}`);
}
function connection(overrides: Record<string, unknown>) {
  return { connection: { ...goodInputs().connection, ...overrides } };
}

describe("inputs of a configuration", () => {
  it("are accepted when they are good, with and without a release", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ release: { ...release, archive: "/tmp/app.tar.gz" } })).toEqual([]);
    expect(problems({ release: { ...release, url: "https://example.com/app.tar.gz" } })).toEqual(
      [],
    );
  });

  it("are not judged before they are known", () => {
    expect(problems(connection({ host: unknown, privateKey: unknown }))).toEqual([]);
    expect(
      problems({
        files: { "/etc/a": unknown },
        attributes: { "/etc/a": "root:root 0644", "/etc/secret.env": "root:root 0600" },
      }),
    ).toEqual([]);
  });

  it.each([
    [connection({ host: "a b" }), "connection.host must be an address or host name"],
    [connection({ port: 0 }), "connection.port must be a port from 1 to 65535, got 0"],
    [connection({ user: "Root" }), "connection.user must be a login name"],
    [connection({ bastions: "lb" }), "connection.bastions must be a list"],
    [connection({ bastions: ["a b"] }), "connection.bastions[0] must be an address"],
    [connection({ connectTimeoutSeconds: 0.5 }), "connection.connectTimeoutSeconds must be whole"],
    [{ connection: undefined }, "connection must be a map, got nothing"],
    [{ node: "Web 1" }, 'node must be a node name such as "web-1"'],
    [{ role: "" }, "role must be a text that is not empty"],
    [{ packages: "nginx" }, "packages must be a list"],
    [{ services: [{}] }, "services[0].unit must be a text"],
    [
      { directories: { "srv/app": "root:root 0755" } },
      'directories["srv/app"] must be an absolute',
    ],
    [{ directories: { "/srv": "root 755" } }, 'directories["/srv"] must be owner, group and four'],
    [{ release: "app" }, "release must be a map"],
    [{ release: { ...release, digest: "abc" } }, "release.digest must be a SHA-256"],
    [{ release: { ...release, keep: 0 } }, "release.keep must be a whole number from 1"],
    [{ release: { ...release, url: "ftp://x" } }, "release.url must be an http or https URL"],
    [{ colour: "red" }, "colour must be one of connection, node"],
  ])("%j is refused", (overrides, message) => {
    expect(problems(overrides)).toEqual([expect.stringContaining(message)]);
  });

  it.each(["/etc/../passwd", "/etc/a/", "/etc//a", "etc/a"])("the path %s is refused", (path) => {
    const files = {
      files: { [path]: "" },
      attributes: { [path]: "root:root 0644", "/etc/secret.env": "root:root 0600" },
    };
    expect(problems(files)).not.toEqual([]);
  });

  it("name every file without attributes, and one that is given twice", () => {
    const secret = "/etc/secret.env";
    expect(problems({ attributes: {}, files: { "/etc/a": "", [secret]: "" } })).toEqual([
      expect.stringContaining('attributes["/etc/a"] must be given'),
      expect.stringContaining(`attributes["${secret}"] must be given`),
      expect.stringContaining(`attributes["${secret}"] must be given`),
      expect.stringContaining(`secrets["${secret}"] must not be among files too`),
    ]);
  });

  it("report everything at once, and repeat no secret", () => {
    const wrong = {
      ...connection({ host: "", privateKey: "hunter2hunter2" }),
      node: "",
      secrets: { "/a": 12345678 },
    };
    const told = problems(wrong);
    expect(told.length).toBeGreaterThan(3);
    expect(told.join()).not.toMatch(/hunter2|12345678/);
    expect(JSON.stringify(problemsOf(goodInputs()))).not.toContain(privateKey.slice(40, 80));
  });
});
