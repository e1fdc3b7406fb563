import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../provider/connect";
import { waitForFirstBoot } from "../../provider/remote";
import { connectionTo, sshHost } from "./ssh-host";

const modules = ["package_update_upgrade_install", "scripts_user"];
const again = modules.map((name) => `sudo -n cloud-init single --name ${name} --frequency always`);

/** A host after its first boot: `arrivesAfter` commands of cloud-init, converge is there; undefined: never. */
async function host(status: string, arrivesAfter?: number) {
  const told: string[] = [];
  const { port, close } = await sshHost((command) => {
    told.push(...(command.match(/sudo -n cloud-init single [^&)]*[^&) ]/g) ?? []));
    if (command.startsWith("cloud-init status")) return { stdout: `{"status": "${status}"}\n` };
    const isThere = arrivesAfter !== undefined && told.length >= arrivesAfter;
    if (!command.startsWith("test -e")) return { stdout: "" };
    return { stdout: `${isThere ? "there\n" : ""}E: the mirror does not answer\n` };
  });
  const session = await connect(connectionTo(port));
  onTestFinished(() => {
    session.close();
    close();
  });
  const warnings: string[] = [];
  const log = {
    ...{ status: () => undefined, info: () => undefined },
    warn: (text: string) => void warnings.push(text),
  };
  return { wait: () => waitForFirstBoot(session, log), told, warnings };
}

describe("the wait for a first boot", () => {
  it("asks nothing more of a host whose first boot succeeded", async () => {
    const { wait, told, warnings } = await host("done");
    await wait();
    expect([told, warnings]).toEqual([[], []]);
  });

  it("goes on where converge is there, which does the rest", async () => {
    const { wait, told, warnings } = await host("error", 0);
    await wait();
    expect(told).toEqual([]);
    expect(warnings.join()).toContain("E: the mirror does not answer");
  });

  it("has the packages installed a second time where a mirror failed", async () => {
    const { wait, told, warnings } = await host("error", modules.length);
    await wait();
    expect(told).toEqual(again);
    expect(warnings.join()).toContain("E: the mirror does not answer");
  });

  it("ends with the log, and with what the next up does, where that fails too", async () => {
    const { wait, told } = await host("error");
    await expect(wait()).rejects.toThrow(
      /the first boot failed, and its repetition too; .*\nE: the mirror does not answer\n[^]*run `up` again/,
    );
    expect(told).toEqual(again);
  });
});
