import { describe, expect, it } from "vitest";
import { optionFile } from "../../../host/app-job/database";
import { commandVariables, readVariables } from "../../../host/app-job/environment";
import { appEnv } from "../../../services/app/app-environment";

describe("the app's variables", () => {
  it("are read as they were rendered", () => {
    const variables = { PLAIN: "a b", ODD: 'q"u\\o$t`e', EMPTY: "", HASH: "#;'=" };
    expect(readVariables(appEnv(variables))).toEqual(variables);
  });

  it("go to the command with those of its unit, and nothing that is meant for its keeper", () => {
    const unit = { PATH: "/usr/bin", NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "1", HOME: "/a" };
    const app = { HOME: "/b", NODE_OPTIONS: "--x", WORKER: "mine" };
    expect(commandVariables(unit, app, { WORKER: "mail" })).toEqual({
      PATH: "/usr/bin",
      HOME: "/b",
      NODE_OPTIONS: "--x",
      WORKER: "mail",
    });
  });

  it("say how a MySQL client reaches the primary, with a check of the authority", () => {
    const variables = {
      DATABASE_URL_RW: "mysql://app:s3cret@127.0.0.1:3306/app",
      DATABASE_CA_FILE: "/etc/webstack/tls/ca.pem",
    };
    expect(optionFile(variables).split("\n")).toEqual([
      "[client]",
      "host=127.0.0.1",
      "port=3306",
      "protocol=tcp",
      "user=app",
      'password="s3cret"',
      "ssl-mode=VERIFY_CA",
      "ssl-ca=/etc/webstack/tls/ca.pem",
      "[mysql]",
      "database=app",
      "",
    ]);
  });
});
