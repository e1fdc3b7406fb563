import { z } from "zod";
import { contains, ipv4Block, isPrivateBlock } from "./addresses";
import { setting } from "./setting";

/** True for a private block that is large enough for the four subnets and lacks the address of the cloud's gateway. */
function isNetworkRange(text: string): boolean {
  const block = ipv4Block(text);
  const gateway = ipv4Block("172.31.1.1/32")!;
  return !!block && isPrivateBlock(block) && block.prefix <= 21 && !contains(block, gateway);
}

/** Settings of the private network, and of the nodes with public addresses. */
export const networkSettings = z.strictObject({
  ipRange: setting(z.string().refine(isNetworkRange), {
    about: "Private network; each tier has a /24 of it",
    must: "be a private IPv4 block of /21 or larger without host bits and without 172.31.1.1",
    example: "10.0.0.0/16",
  }).default("10.0.0.0/16"),
  publicAddresses: setting(z.enum(["all", "edge"]), {
    about:
      "Which nodes have a public address: all of them, or only the load balancers, through which the others call out; chosen when a stack is made",
    must: "be all or edge",
    example: "edge",
  }).default("all"),
});
