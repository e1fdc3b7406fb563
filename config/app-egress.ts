import { z } from "zod";
import { isCidr } from "./addresses";
import { setting } from "./setting";

const destination = z.strictObject({
  to: z.string().refine(isCidr),
  port: z.int().min(1).max(65_535),
});

/** The setting `app.egress`. */
export const egressSetting = setting(
  z.union([z.enum(["any", "none"]), z.array(destination).min(1).max(100)]),
  {
    about:
      "Where the app may connect outside of the stack: anywhere by TCP and UDP, nowhere, or by TCP to these blocks and ports; DNS in any case",
    must: 'be "any", "none" or a list of 1 to 100 destinations, each with `to`, an address block without host bits, and `port`, a whole number from 1 to 65535',
    example: [{ to: "203.0.113.0/24", port: 443 }],
  },
).default("any");

/** Value of `app.egress`. */
export type AppEgress = z.infer<typeof egressSetting>;
