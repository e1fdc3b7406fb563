import { describe, expect, it } from "vitest";
import { migrateSettings, serverSettings } from "../src/settings";

const secret = "0123456789abcdef0123456789abcdef";

describe("serverSettings", () => {
  it("needs nothing but the secret", () => {
    expect(serverSettings({ SESSION_SECRET: secret, NODE_NAME: "app-1" })).toEqual({
      writeUrl: "mysql://app@127.0.0.1:3306/app",
      readUrl: "mysql://app@127.0.0.1:3307/app",
      databaseCa: undefined,
      poolSize: 10,
      sessionSecrets: [secret],
      nodeName: "app-1",
      host: "0.0.0.0",
      port: 3000,
      drainMs: 3000,
    });
  });

  it("takes several secrets, so that one can be replaced", () => {
    const both = `${secret},${"f".repeat(32)}`;
    expect(serverSettings({ SESSION_SECRET: both }).sessionSecrets).toEqual(both.split(","));
  });

  it("takes the list of a stack before the single secret, which signs there too", () => {
    const list = `${secret},${"f".repeat(32)},${"0".repeat(32)}`;
    const settings = serverSettings({ SESSION_SECRET: secret, SESSION_SECRETS: list });
    expect(settings.sessionSecrets).toEqual(list.split(","));
  });

  it("names every wrong variable at once and shows no value", () => {
    const env = {
      SESSION_SECRET: "short-secret",
      PORT: "80x",
      DATABASE_URL_RW: "mysql://u:hidden@h",
    };
    const message = messageOf(() => serverSettings(env));
    expect(message).toContain("SESSION_SECRET each secret must have at least 32 characters");
    expect(message).toContain("PORT ");
    expect(message).toContain("DATABASE_URL_RW must name a database after the port");
    expect(message).not.toMatch(/hidden|short-secret/);
  });

  it("refuses to start without a secret", () => {
    expect(() => serverSettings({})).toThrow(
      "wrong environment: SESSION_SECRET must be set: at least 32 random characters",
    );
  });
});

describe("migrateSettings", () => {
  it("waits for a minute unless told otherwise", () => {
    expect(migrateSettings({}).deadlineMs).toBe(60_000);
    expect(migrateSettings({ MIGRATE_DEADLINE_SECONDS: "5" }).deadlineMs).toBe(5000);
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the call was expected to fail");
}
