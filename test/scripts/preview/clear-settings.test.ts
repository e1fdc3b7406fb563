import { expect, it } from "vitest";
import { clearSettings } from "../../../scripts/preview/clear-settings";
import { comparison } from "../../../scripts/preview/without-token";

it("puts a stand-in of the right form in the place of each encrypted setting", () => {
  const { config, secrets } = clearSettings(
    [
      "encryptionsalt: v1:x",
      "config:",
      "  hcloud:token: { secure: v1:a }",
      "  hcloud:endpoint: https://example.com",
      "  webstack:web: { count: 3 }",
      "  webstack:loadBalancers: { api: { token: { secure: v1:b } }, tls: { certificate: C, privateKey: { secure: v1:c } } }",
    ].join("\n"),
  );
  const [token, privateKey] = Object.values(secrets);
  expect(Object.keys(secrets)).toEqual([
    "webstack:loadBalancers.api.token",
    "webstack:loadBalancers.tls.privateKey",
  ]);
  expect(token).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(privateKey).toContain("-----BEGIN PRIVATE KEY-----\n");
  expect(config).toEqual({
    "webstack:web": { count: 3 },
    "webstack:loadBalancers": { api: { token }, tls: { certificate: "C", privateKey } },
  });
});

it("takes an empty file", () => {
  expect(clearSettings("")).toEqual({ config: {}, secrets: {} });
});

it("says first that two states are compared, and whether the base has the stack", () => {
  const commit = "0123456789abcdef";
  expect(comparison(commit, false)).toMatch(
    /^Two states of the repository are compared, 0123456789ab of the repository and the files here, not the running stack: /,
  );
  expect(comparison(commit, true)).toContain(
    "0123456789ab of the repository, which has no such stack, and",
  );
});
