import { expect, it } from "vitest";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { markdown } from "../../preview/render/markdown";
import { configuration, message } from "./support";

/** The comment about an edited setting. */
function setting(to: string): string {
  const settings = [{ key: "webstack:app.command", from: "a", to }];
  const comment = markdown(previewOf(planOf([]), { stack: "dev", settings }));
  return comment.split("\n").find((line) => line.includes("app.command"))!;
}

it("keeps a setting inside of its code, whatever backticks it has", () => {
  expect(setting("b")).toBe("- `webstack:app.command`: `a` -> `b`");
  expect(setting("x``@octocat `y")).toBe("- `webstack:app.command`: `a` -> ``` x``@octocat `y ```");
  expect(setting("`@octocat`")).toBe("- `webstack:app.command`: `a` -> `` `@octocat` ``");
});

it("mentions nobody, and has no markup of a foreign text", () => {
  const refused = 'got "npx @angular/cli" \\<img src=x> [a](b), a@b.example';
  const comment = markdown(previewOf(planOf([message("error", refused)]), { stack: "dev" }));
  const line = comment.split("\n").find((one) => one.startsWith('- got "npx'));
  expect(line).toBe('- got "npx @\u200bangular/cli" \\\\\\<img src=x\\> \\[a\\](b), a@b.example');
});

it("has no element in the summary of a fold", () => {
  const path = "/srv/<b>@octocat";
  const comment = markdown(
    previewOf(planOf([configuration("web-1", "nginx.service", path, "reload")]), { stack: "dev" }),
  );
  expect(comment).toContain("<details><summary>/srv/&lt;b&gt;@\u200boctocat changed");
});
