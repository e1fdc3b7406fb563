import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { appEnv, appVariables } from "../../services/app/app-environment";
import { heldScripts, sessionSecretsIn } from "../../web-stack/hooks";

const args = { node: "app-1", password: "pass9WORD", sessionSecrets: ["now1", "former2", "next3"] };
// A variable of the app's own may replace the usual ones.
const content = appEnv(appVariables(args, { DB_PASSWORD: "own", A: "SESSION_SECRET" }));
const printed = (script: string) =>
  execFileSync("sed", ["-n", script], { input: content, encoding: "utf8" });

it("the scripts print the secrets that an app node uses", () => {
  expect(printed(heldScripts.password)).toBe("pass9WORD\n");
  expect(printed(heldScripts.sessionSecret)).toBe("now1\n");
  expect(sessionSecretsIn(content)).toEqual(args.sessionSecrets);
});
