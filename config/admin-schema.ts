import { z } from "zod";
import { isCidr } from "./addresses";
import { secretVersion } from "./secret-version";
import { setting } from "./setting";
import { isSshPublicKey } from "./ssh-public-key";

/** The settings `admin`. */
export const admin = z.strictObject({
  user: setting(z.string().regex(/^(?!root$)[a-z_][a-z0-9_-]{0,30}$/), {
    about: "Login name on every node, with sudo and without a password",
    must: "be a Linux user name other than root: small letters, digits, - and _, at most 31",
    example: "webstack",
  }).default("webstack"),
  sshKeys: setting(z.array(z.string().refine(isSshPublicKey)), {
    about:
      "Public keys of people, who may log in besides the stack's own deploy key; an edit changes all servers",
    must: "be a list of OpenSSH public keys, each in one line",
    example: [`ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"E".repeat(43)} you@example.com`],
  }).default([]),
  deployKeyVersion: secretVersion(
    "Number of the stack's own deploy key; 1 more makes a new one, and the old one opens nothing any more",
  ),
  cidrs: setting(z.array(z.string().refine(isCidr)).min(1).max(100), {
    about: "Address blocks from which SSH reaches the load balancers; where `pulumi up` runs too",
    must: "be a list of 1 to 100 address blocks without host bits, such as 192.0.2.7/32",
    example: ["192.0.2.7/32"],
  }),
});
