import { z } from "zod";
import { contains, ipv4Block, isPrivateBlock, isCidr } from "./addresses";
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

const destination = z.strictObject({
  to: z.string().refine(isCidr),
  port: z.int().min(1).max(65_535),
});

/** A setting for the addresses outside of the stack to which the programs of a tier may connect. */
function egressSetting(about: { about: string; absent?: string }) {
  return setting(z.union([z.enum(["any", "none"]), z.array(destination).min(1).max(100)]), {
    ...about,
    must: 'be "any", "none" or a list of 1 to 100 destinations, each with `to`, an address block without host bits, and `port`, a whole number from 1 to 65535',
    example: [{ to: "203.0.113.0/24", port: 443 }],
  });
}

/** The setting `app.egress`. */
export const appEgress = egressSetting({
  about:
    "Where the app may connect outside of the stack: anywhere by TCP and UDP, nowhere, or by TCP to these blocks and ports; DNS in any case",
}).default("any");

/** The setting `web.egress`; {@link webEgress} decides if it is absent. */
export const ownWebEgress = egressSetting({
  about:
    "Where Nginx may connect outside of the stack: anywhere by TCP and UDP, nowhere, or by TCP to these blocks and ports",
  absent:
    "anywhere if `locations` or `nginxSnippet` call others than `http://app` (`proxy_pass`, `resolver`, `syslog:server=`), else nowhere",
}).optional();

/** Value of such a setting. */
export type Egress = z.infer<typeof appEgress>;

/**
 * Directives of Nginx that open connections to other hosts than the app, which Nginx knows as `app`: proxied requests,
 * name servers, and remote logs. https://nginx.org/en/docs/dirindex.html
 */
const calling =
  /\b(?:proxy|fastcgi|grpc|scgi|uwsgi|memcached)_pass\s+(?!\s|http:\/\/app(?:[\s;/$]|:\d))|\bresolver\s|\bsyslog:server=/;

/**
 * Where Nginx may connect. Without the setting: anywhere if lines of the stack file call other hosts than the app, else
 * nowhere.
 */
export function webEgress({
  egress,
  locations,
  nginxSnippet = "",
}: {
  egress?: Egress | undefined;
  locations: Readonly<Record<string, string>>;
  nginxSnippet?: string | undefined;
}): Egress {
  const lines = [nginxSnippet, ...Object.values(locations)];
  return egress ?? (lines.some((text) => calling.test(text)) ? "any" : "none");
}
