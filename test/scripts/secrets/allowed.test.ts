import { describe, expect, it } from "vitest";
import { allowedOnHosts, judge, matches } from "../../../scripts/secrets/allowed";
import { acmeSecretPaths } from "../../../services/acme/service";
import { appSecretPaths } from "../../../services/app/app-environment";
import { archiverSecretPath } from "../../../services/archiver/service";
import { brokerSecretPaths } from "../../../services/broker/service";
import { edgeCertificatePath, ticketKeysPath } from "../../../services/edge-haproxy/https";
import { moverSecretPaths } from "../../../services/mover/service";
import { credentialsPath } from "../../../services/supervisor/service";

const at = (path: string, mode: number, owner = "root") =>
  judge({ path, mode: 0o100000 | mode, owner }, allowedOnHosts);

describe("the places of secrets", () => {
  it.each([
    ...[...Object.values(acmeSecretPaths), ...Object.values(brokerSecretPaths)],
    ...[...Object.values(moverSecretPaths), appSecretPaths.env, archiverSecretPath],
    ...[edgeCertificatePath, ticketKeysPath, credentialsPath],
  ])("are those where services put them, for root alone: %s", (path) => {
    expect(at(path, 0o600)).toMatchObject({ allowed: true });
    expect(at(path, 0o644)).toMatchObject({ allowed: false });
    expect(at(path, 0o600, "app")).toMatchObject({ allowed: false });
  });

  it("say what is wrong", () => {
    expect(at("/etc/mysql/webstack-tls/key.pem", 0o640, "mysql")).toEqual({
      allowed: false,
      wrong: "0640 mysql; may be at most 0600 mysql",
    });
    expect(at("/tmp/x", 0o600)).toEqual({
      allowed: false,
      wrong: "0600 root; no place for a secret",
    });
  });

  it("have a reason each", () => {
    expect(allowedOnHosts.filter(({ why }) => why.length < 8)).toEqual([]);
  });

  it("are meant by patterns of whole paths", () => {
    expect(matches("/etc/a.b/*", "/etc/a.b/c")).toBe(true);
    expect(matches("/etc/a.b/*", "/etc/a.b/c/d")).toBe(false);
    expect(matches("/etc/a.b/*", "/etc/axb/c")).toBe(false);
    expect(matches("/etc/a.b/**", "/etc/a.b/c/d")).toBe(true);
    expect(matches("/etc/a.b/**", "/x/etc/a.b/c")).toBe(false);
  });
});
