import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, onTestFinished } from "vitest";
import { passedOverMessage, type Unreached, unlessPassedOver } from "../../rolling/passed-over";

const gone = "10.0.4.11 cannot be reached over SSH within 120 s (…); not changed there: /etc/a";
const tiers = (reason: string | undefined): Unreached[] => [
  { "db-1": pulumi.output(reason), "db-2": pulumi.output<string | undefined>(undefined) },
  { "app-1": pulumi.output<string | undefined>(undefined) },
];

/** Takes the rejections of an output's other promises, as the SDK does while a program runs. */
function takeRejections(): void {
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => undefined);
  onTestFinished(() => {
    process.removeAllListeners("unhandledRejection");
    for (const one of others) process.on("unhandledRejection", one);
  });
}

/** Resolves as the SDK waits for the outputs of a program. */
function settled(output: pulumi.Output<string>): Promise<string> {
  return (output as unknown as { promise(): Promise<string> }).promise();
}

async function inRun(isPreview: boolean): Promise<void> {
  const mocks = { newResource: () => ({ id: "1", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "webstack", "test", isPreview);
}

describe("the end of an `up`", () => {
  it("fails with each host that was passed over, and the way on", async () => {
    takeRejections();
    await inRun(false);
    const url = unlessPassedOver(pulumi.output("https://a/"), tiers(gone));
    const error = await settled(url).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect((error as Error).message).toBe(
      [
        "passed over, with their former configuration: db-1; every other host has its present one",
        `db-1: ${gone}`,
        "nothing was deleted. Start the machine and run `up` again, which goes on from here; or replace the server: npm run roll -- db-1",
      ].join("\n"),
    );
  });

  it("has its output if every host is configured", async () => {
    await inRun(false);
    const url = unlessPassedOver(pulumi.output("https://a/"), tiers(undefined));
    await expect(settled(url)).resolves.toBe("https://a/");
    expect(passedOverMessage({ "db-1": undefined })).toBeUndefined();
  });

  it("is not judged in a preview, whatever the last `up` recorded", async () => {
    await inRun(true);
    const url = unlessPassedOver(pulumi.output("https://a/"), tiers(gone));
    await expect(settled(url)).resolves.toBe("https://a/");
  });
});
