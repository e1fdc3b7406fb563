import { describe, expect, it } from "vitest";
import {
  block6,
  cloud,
  home,
  hooksWith,
  inputs,
  live,
  name,
  office,
  past,
  soon,
  told,
} from "./support/lockout";

describe("an edit that takes the access of the machine that runs the up", () => {
  it.each([true, false])(
    "is refused before the update, in a preview (%s) too",
    async (isPreview) => {
      const { update, onDryRun } = await hooksWith("5.75.1.2", { isPreview });
      await expect(update(inputs([home, office]), inputs([office]))).rejects.toThrow(
        'webstack:admin.cidrs must contain the address of the machine that runs the up, which reaches the hosts over SSH, got ["198.18.5.0/24"], and this machine is seen with 5.75.1.2, so the firewall stays as it is; add 5.75.1.2/32 to the list, or run the up from an address of the list (WEBSTACK_ADDRESS=<IPv4 address> names another address of this machine). If that is meant, say so in the stack file: webstack:consent: ["delete access until <YYYY-MM-DD>"]',
      );
      expect(onDryRun).toEqual([true, true, false]);
    },
  );

  it("passes with a consent, and the message is a warning", async () => {
    const { update } = await hooksWith("5.75.1.2", { isAllowed: true });
    await update(inputs([home]), inputs([office]));
    expect(told).toEqual([expect.stringContaining("this machine is seen with 5.75.1.2")]);
  });

  it.each([true, false])(
    "passes if an opening covers it, in a preview (%s) too",
    async (isPreview) => {
      await cloud.made("/firewalls", { name, rules: live([home], { [home]: soon }) });
      const { update } = await hooksWith("5.75.1.2", { isPreview });
      await update(inputs([home]), inputs([office]));
    },
  );

  it("is refused if the opening has expired", async () => {
    await cloud.made("/firewalls", { name, rules: live([home], { [home]: past }) });
    const { update } = await hooksWith("5.75.1.2");
    await expect(update(inputs([home]), inputs([office]))).rejects.toThrow("5.75.1.2");
  });

  it("does not count an opening that a refresh recorded as access of the list", async () => {
    const { update } = await hooksWith("5.75.1.2", { isPreview: true });
    await update(inputs([office, block6], { [home]: soon }), inputs([office]));
  });

  it("is refused for a list without IPv4, though the address is not known", async () => {
    const { update } = await hooksWith(undefined);
    await expect(update(inputs([home, block6]), inputs([block6]))).rejects.toThrow(
      'webstack:admin.cidrs must have an IPv4 block, since an up reaches the hosts over IPv4 alone, got ["2a01:4f8::/32"], so the firewall stays as it is; add an IPv4 block',
    );
  });
});

describe("any other edit of the list", () => {
  it.each([
    ["of a machine that stays in it", "5.75.1.2", [home, office], ["5.75.1.0/24"]],
    ["of a machine that was not in it, such as a runner", "5.75.9.9", [home, office], [office]],
    ["of a machine whose address is not known", undefined, [home, office], [office]],
  ])("passes %s", async (_, address, before, after) => {
    const { update } = await hooksWith(address);
    await update(inputs(before), inputs(after));
    expect(told).toEqual([]);
  });

  it("asks for no address if no block goes", async () => {
    const { update, asked } = await hooksWith("5.75.9.9");
    await update(inputs([office]), inputs([office, home]));
    expect(asked()).toBe(0);
  });
});

describe("a creation without access", () => {
  it("is refused by an up, and a preview of another machine warns", async () => {
    const real = await hooksWith("5.75.9.9");
    await expect(real.create(inputs([home]))).rejects.toThrow("seen with 5.75.9.9");
    const preview = await hooksWith("5.75.9.9", { isPreview: true });
    await preview.create(inputs([home]));
    expect(told).toEqual([expect.stringContaining("seen with 5.75.9.9")]);
  });

  it("passes from a machine of the list, and from one whose address is not known", async () => {
    await (await hooksWith("5.75.1.2")).create(inputs([home]));
    await (await hooksWith(undefined)).create(inputs([home]));
    expect(told).toEqual([]);
  });
});
