import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { settingsSchema } from "../config/schema";

const folder = join(__dirname, "..", "examples");
const fragments = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

describe("the examples", () => {
  it.each(fragments)("%s is a part of a stack file that the program takes", (name) => {
    const { "webstack:app": app } = parse(readFileSync(join(folder, name), "utf8"));
    const admin = { cidrs: ["192.0.2.7/32"] };
    expect(settingsSchema.safeParse({ admin, app }).error).toBeUndefined();
    expect(`${app.path}/`).toContain(`./examples/${name.replace(".yaml", "")}/`);
  });

  it("have a server of three lines that answers on the port it is given", async () => {
    const file = join(folder, "three-line", "server.js");
    const server = spawn(process.execPath, [file], {
      env: { PORT: "23777", NODE_NAME: "app-9" },
      stdio: "inherit",
    });
    try {
      const end = Date.now() + 20_000;
      let shownLine: string | undefined;
      while (shownLine === undefined && Date.now() < end) {
        const answer = fetch("http://127.0.0.1:23777/").then((response) => response.text());
        shownLine = await answer.catch(() => pause(50, undefined));
      }
      expect(shownLine).toBe("Hello from app-9\n");
    } finally {
      server.kill();
    }
  }, 30_000);

  it("stand in the docs, the server of three lines word by word", () => {
    const page = readFileSync(join(__dirname, "..", "docs", "your-app.md"), "utf8");
    expect(page).toContain(readFileSync(join(folder, "three-line", "server.js"), "utf8"));
    for (const name of fragments) expect(page).toContain(`examples/${name}`);
  });
});
