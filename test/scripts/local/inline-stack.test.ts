import { output, runtime, secret } from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { waitUntil } from "../../../rolling/wait-until";
import { ProgramOutputs } from "../../../scripts/local/inline-stack";

const program = async () => ({
  url: output("http://198.18.0.200/"),
  nodes: [{ name: "web-1", location: output("nbg1"), domain: undefined }],
  privateKey: secret("hidden"),
  absent: undefined,
});

const taken = (outputs: ProgramOutputs) =>
  waitUntil("the outputs", async () => outputs.take(), { timeoutSeconds: 5 });

afterEach(() => vi.restoreAllMocks());

describe("the outputs of a program in this process", () => {
  it("are what the engine would answer, with what is secret", async () => {
    const outputs = new ProgramOutputs();
    await outputs.of(program)();
    expect(await taken(outputs)).toEqual({
      url: { value: "http://198.18.0.200/", secret: false },
      nodes: { value: [{ name: "web-1", location: "nbg1" }], secret: false },
      privateKey: { value: "hidden", secret: true },
    });
  });

  it("are given once, so that a later question is the engine's", async () => {
    const outputs = new ProgramOutputs();
    await outputs.of(program)();
    await taken(outputs);
    expect(outputs.take()).toBeUndefined();
  });

  it("are not those of a preview", async () => {
    vi.spyOn(runtime, "isDryRun").mockReturnValue(true);
    const outputs = new ProgramOutputs();
    await outputs.of(program)();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(outputs.take()).toBeUndefined();
  });

  it("are not those of an earlier run whose successor failed", async () => {
    const outputs = new ProgramOutputs();
    let runs = 0;
    const run = outputs.of(async () => {
      if (runs++ > 0) throw new Error("refused");
      return program();
    });
    await run();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(run()).rejects.toThrow("refused");
    expect(outputs.take()).toBeUndefined();
  });

  it("are none of a program that has none", async () => {
    const outputs = new ProgramOutputs();
    await outputs.of(async () => undefined)();
    expect(outputs.take()).toBeUndefined();
  });
});
