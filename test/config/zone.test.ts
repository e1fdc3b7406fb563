import { expect, it } from "vitest";
import { type Overrides, useStackFile } from "../support/stack-file";

const { read } = useStackFile();

it("the network's zone is that of the locations", () => {
  const sized = (tier: string) => [`webstack:${tier}`, { serverType: "cpx21" }];
  const tiers = Object.fromEntries(["loadBalancers", "web", "app", "db"].map(sized)) as Overrides;
  expect(read({ ...tiers, "webstack:locations": ["hil"] }).networkZone).toBe("us-west");
});
