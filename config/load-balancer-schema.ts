import { z } from "zod";
import { pemForms } from "./own-certificate";
import { isApiEndpoint, rawLines, rawRule } from "./value-forms";
import { setting } from "./setting";
import { ipv4Block, isCidr, ipv6Within } from "./addresses";
import lists from "./proxy-ranges.json";

/** Address blocks of a provider's proxies. */
export interface ProxyList {
  /** URL from which `npm run refresh:proxies` downloads the blocks. */
  source: string;
  /** Day on which the blocks matched the source, `YYYY-MM-DD`. */
  asOf: string;
  /** The blocks. */
  ranges: string[];
}

const known: Readonly<Record<string, ProxyList>> = lists;

/** Names of the lists in the project. */
const proxyListNames = Object.keys(known);

/** Shortest prefixes of trusted blocks: Cloudflare's largest blocks are a /13 and a /29. */
const shortest = { ipv4: 8, ipv6: 19 };

/** IPv6 addresses of the internet and of private networks; other blocks could stand for IPv4 addresses. */
const ipv6Blocks = ["2000::/3", "fc00::/7"];

/** True for the name of a list, and for a block small enough to belong to one operator. */
export function isTrustable(text: string): boolean {
  if (proxyListNames.includes(text)) return true;
  if (!isCidr(text)) return false;
  const ipv4 = ipv4Block(text);
  if (ipv4) return ipv4.prefix >= shortest.ipv4;
  const prefix = Number(text.split("/")[1]);
  return prefix >= shortest.ipv6 && ipv6Blocks.some((block) => ipv6Within(text, block));
}

/** The blocks for a list of names and blocks, each block once, in order. */
export function trustedBlocks(trusted: readonly string[]): string[] {
  return [...new Set(trusted.flatMap((one) => known[one]?.ranges ?? [one]))];
}

const trustedProxy = z.string().refine(isTrustable);

/** The settings of the load balancers; the caller passes the settings that all tiers share. */
export function loadBalancerSettings<Shared extends z.ZodRawShape>(shared: Shared) {
  return z.strictObject({
    ...shared,
    ipv6: setting(z.boolean(), {
      about: "Whether the stack gets a floating IPv6 network too",
      must: "be true or false",
      example: true,
    }).default(true),
    api: z
      .strictObject({
        endpoint: setting(z.string().refine(isApiEndpoint), {
          about: "Hetzner API as the nodes reach it, to move the floating IP",
          must: "be an https URL without a slash at its end (http only for 127.0.0.0/8 and 198.18.0.0/15)",
          example: "https://api.hetzner.cloud/v1",
        }).default("https://api.hetzner.cloud/v1"),
        token: setting(z.string().regex(/^[A-Za-z0-9]{64}$/), {
          about: "API token with which the floating IP is moved",
          must: "be a Hetzner API token of 64 letters and digits",
          example: "<token>",
          absent: "`hcloud:token`, else the variable HCLOUD_TOKEN",
          secret: true,
        }).optional(),
        tokenOn: setting(z.enum(["brokers", "load-balancers"]), {
          about:
            "Where the token is: on two nodes without a public service that move the floating IP for the load balancers, or on the load balancers themselves",
          must: "be brokers or load-balancers",
          example: "brokers",
        }).default("brokers"),
      })
      .prefault({}),
    tls: z
      .strictObject({
        certificate: setting(z.string().regex(pemForms.certificate), {
          about:
            "Certificate chain for HTTPS, leaf first; with `tls.mode: acme` it is served until the authority has issued",
          must: "be PEM text that begins with -----BEGIN CERTIFICATE-----",
          example: "<PEM>",
          absent: "a self-signed placeholder is made",
        }),
        privateKey: setting(z.string().regex(pemForms.privateKey), {
          about: "Private key of that certificate",
          must: "be PEM text that begins with -----BEGIN PRIVATE KEY-----",
          example: "<PEM>",
          absent: "a self-signed placeholder is made",
          secret: true,
        }),
      })
      .optional(),
    trustedProxies: setting(z.array(trustedProxy).max(200), {
      about:
        "Proxies in front of the load balancers, such as a CDN, whose word on a client's address is believed",
      must: `be a list of ${proxyListNames.join(", ")} and of address blocks without host bits, none larger than an IPv4 /8 or an IPv6 /19 of the internet or of a private network, since whoever is trusted can give himself any address`,
      example: ["cloudflare"],
    }).default([]),
    clientAddressHeader: setting(
      z
        .string()
        .max(100)
        .regex(/^[A-Za-z][A-Za-z0-9-]*$/),
      {
        about:
          "Header in which trusted proxies say a client's address; the last one that is no proxy's counts",
        must: "be the name of a header: a letter, then letters, digits and -, at most 100",
        example: "CF-Connecting-IP",
      },
    ).default("X-Forwarded-For"),
    haproxySnippet: setting(rawLines, {
      about: "Last lines of HAProxy's public frontend; `haproxy -c` checks them on each host",
      must: `be ${rawRule}`,
      example: "http-request deny if { path_beg /wp-admin }",
      absent: "none",
    }).optional(),
    limits: z
      .strictObject({
        requestsPerSecond: setting(z.int().min(1).max(100_000), {
          about:
            "Requests a second that one client may send, over 10 seconds; what is over gets 429",
          must: "be a whole number from 1 to 100000",
          example: 200,
        }).default(1000),
        connections: setting(z.int().min(1).max(9400), {
          about: "Connections that one client may have at a time; what is over is closed",
          must: "be a whole number from 1 to 9400",
          example: 500,
          absent: "2350, a quarter of what a load balancer takes",
        }).optional(),
        requestsAtOnce: setting(z.int().min(1).max(100_000), {
          about:
            "Requests that one client may have at a time, without those of `lastingAtOnce`; what is over gets 429",
          must: "be a whole number from 1 to 100000",
          example: 500,
          absent: "128 for each web node, a quarter of what it takes",
        }).optional(),
        lastingAtOnce: setting(z.int().min(1).max(100_000), {
          about:
            "WebSockets, event streams and requests to paths with `buffering: false` that one client may have at a time; what is over gets 429",
          must: "be a whole number from 1 to 100000",
          example: 2000,
          absent: "350 for each web node, a quarter of what it takes",
        }).optional(),
      })
      .prefault({}),
  });
}
