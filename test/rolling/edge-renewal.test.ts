import { describe, expect, it } from "vitest";
import { requestRenewal } from "../../rolling/edge";
import type { Hosts } from "../../rolling/hosts";

async function requested(...names: string[]): Promise<string[]> {
  const commands: string[] = [];
  const run = (_: string, command: string) => {
    commands.push(command);
    return Promise.resolve("");
  };
  await requestRenewal({ run } as unknown as Hosts, "lb-1", names);
  return commands;
}

describe("a renewal that an operator asks for", () => {
  it("names single names and wildcards, which the remote shell leaves as they are", async () => {
    expect(await requested("shop.test", "*.shop.test")).toEqual([
      "sudo node /usr/local/lib/webstack/edge.js renew 'shop.test' '*.shop.test'",
    ]);
    expect(await requested()).toEqual(["sudo node /usr/local/lib/webstack/edge.js renew"]);
  });

  it.each(["*", "*.", "a.*.test", "x';reboot;'", "-f", ""])("is refused for %j", async (name) => {
    await expect(requested(name)).rejects.toThrow("not a host name");
  });
});
