import { publicFiles } from "../../../services/nginx/static-site";
import type { ChainArgs } from "./render";

/** Headers that could mean something else to HAProxy. */
const oddHeaders = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "Content-Security-Policy": `default-src 'self'; img-src * data:; ${"script-src 'none'; ".repeat(50)}end`,
  "X-Odd": `100% "it's" {$HOME} \\ # %[src] \\n ;}`,
  "X-From-App": "from the stack file",
};

/** Chain with the default settings. */
export const usualChain: ChainArgs = {
  requests: { answerTimeoutSeconds: 30, idleTimeoutSeconds: 3600, maxBodyMib: 10, paths: {} },
  rules: {
    trustedProxies: [],
    clientAddressHeader: "X-Forwarded-For",
    limits: { requestsPerSecond: 1000 },
    headers: {},
  },
  settings: { brotli: false, locations: {} },
};

/** Static files in two directories. */
const site = { ...publicFiles, directories: { "/": "dist", "/docs": "manual/html" } };
/** Limits that are short enough for the checks to reach them. */
const quick: ChainArgs = {
  ...usualChain,
  requests: {
    answerTimeoutSeconds: 1,
    idleTimeoutSeconds: 60,
    maxBodyMib: 1,
    paths: {
      "/long": { answerTimeoutSeconds: 3 },
      "/files/": { maxBodyMib: 4096 },
    },
  },
};
const trustedProxies = ["127.10.0.0/16", "2001:db8:10::/48"];

/** Arguments with which each checked chain is rendered, by the name of its checks in `inside/main.ts`. */
export const chains: Record<string, ChainArgs> = {
  requests: quick,
  encrypted: { ...quick, innerTls: true },
  stops: { ...usualChain, hasNeighbours: true, innerTls: true },
  sharing: { ...usualChain, hasNeighbours: true, sharesPort: true },
  affine: {
    ...usualChain,
    hasNeighbours: true,
    affinity: "client",
    rules: { ...usualChain.rules, trustedProxies },
  },
  misnamed: { ...usualChain, innerTls: true, webName: "web-9" },
  clients: {
    ...usualChain,
    requests: { ...usualChain.requests, paths: { "/own": {} } },
    site: { ...publicFiles, immutable: { "/_next/static": ".next/static" } },
  },
  headers: { ...usualChain, rules: { ...usualChain.rules, headers: oddHeaders } },
  alone: { ...usualChain, site: { ...site, only: true } },
  single: { ...usualChain, site: { ...site, fallback: "index.html", appPaths: ["/api"] } },
  proxied: { ...usualChain, rules: { ...usualChain.rules, trustedProxies } },
  named: {
    ...usualChain,
    rules: { ...usualChain.rules, trustedProxies, clientAddressHeader: "CF-Connecting-IP" },
  },
  worded: {
    ...usualChain,
    requests: {
      ...usualChain.requests,
      answerTimeoutSeconds: 1,
      maxBodyMib: 100,
      paths: { "/own": {} },
    },
    rules: {
      ...usualChain.rules,
      headers: oddHeaders,
      haproxySnippet: "acl admin path_beg /wp-admin\nhttp-request deny if admin\n",
    },
    settings: {
      brotli: false,
      locations: { "= /old": "return 301 /new;\n", "/beside/": "proxy_pass http://app;\n" },
      nginxSnippet: "location = /stub {\n  return 204;\n}\nerror_page 504 /sorry.html;\n",
    },
  },
  limited: {
    ...usualChain,
    rules: {
      ...usualChain.rules,
      trustedProxies,
      limits: { requestsPerSecond: 20, connections: 30 },
    },
  },
  shares: {
    ...usualChain,
    requests: {
      ...usualChain.requests,
      paths: { "/live": { buffering: false }, "/live/kept": { maxBodyMib: 5 } },
    },
  },
  secured: {
    ...usualChain,
    rules: { ...usualChain.rules, trustedProxies },
    https: {
      mode: "pem",
      domains: ["www.secured.test", "secured.test"],
      canonical: "www.secured.test",
      redirect: true,
      hsts: "on",
    },
  },
};
