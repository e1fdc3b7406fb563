import { expect, it } from "vitest";
import type { Plugin } from "../../plugin/plugin";
import { service, messages, Struct } from "../../plugin/protocol";

/** A plugin that refuses everything with one failure. */
function refusing(property: string): Plugin {
  const check = () => ({ inputs: {}, failures: [{ property, reason: "must be a key" }] });
  return { check, secrets: () => ["privateKey"] } as unknown as Plugin;
}

/** Property and reason of the failure, as the engine gets them. */
async function failure(property: string): Promise<[string, string]> {
  const request = new messages.CheckRequest()
    .setUrn("urn:pulumi:dev::webstack::host:index:DeployKey::key")
    .setNews(Struct.fromJavaScript({ privateKey: "hunter2" }));
  const answer = await new Promise<InstanceType<typeof messages.CheckResponse>>((resolve, reject) =>
    service(refusing(property)).check({ request }, (error, value) =>
      error ? reject(new Error(error.details)) : resolve(value as never),
    ),
  );
  const [first] = answer.getFailuresList();
  return [first!.getProperty(), first!.getReason()];
}

it("names a refused property in the reason alone: the engine prints a named one's value", async () => {
  expect(await failure("privateKey")).toEqual(["", "privateKey must be a key"]);
  expect(await failure("")).toEqual(["", "must be a key"]);
});
