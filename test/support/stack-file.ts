import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, vi } from "vitest";
import { readSettings, type Settings } from "../../config";
import { fakeToken } from "./stack-config";

/** Settings by full key, such as `webstack:web`; null removes one of the valid stack file. */
export type Overrides = Record<string, unknown>;

/** A project directory with built apps in `sample-app/dist` and `shop`, and the means to read it. */
export function useStackFile() {
  const project = { root: "", read, problems };

  beforeAll(async () => {
    project.root = mkdtempSync(join(tmpdir(), "settings-"));
    mkdirSync(join(project.root, "sample-app", "dist"), { recursive: true });
    mkdirSync(join(project.root, "shop"));
    vi.stubEnv("HCLOUD_TOKEN", undefined);
    await pulumi.runtime.setMocks(
      { newResource: () => ({ id: "1", state: {} }), call: () => ({}) },
      "webstack",
      "test",
    );
  });
  afterAll(() => {
    rmSync(project.root, { recursive: true });
    vi.unstubAllEnvs();
  });

  /** Reads a valid stack file in which `overrides` replace whole settings. */
  function read(overrides: Overrides = {}, secretKeys: string[] = []): Settings {
    const file: Overrides = {
      "hcloud:token": fakeToken,
      "webstack:admin": { cidrs: ["192.0.2.7/32"] },
      ...overrides,
    };
    const texts = Object.entries(file)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
    pulumi.runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>, secretKeys);
    return readSettings(project.root);
  }

  /** The problems that a stack file is refused with, without the heading. */
  function problems(overrides: Overrides, secretKeys?: string[]): string[] {
    try {
      read(overrides, secretKeys);
    } catch (error) {
      const [heading, ...lines] = (error as Error).message.split("\n");
      if (!/^\d+ problems? in Pulumi\.test\.yaml:$/.test(heading!)) throw error;
      return lines.map((line) => line.replace(/^ {2}- /, ""));
    }
    throw new Error("the settings were accepted");
  }

  return project;
}
