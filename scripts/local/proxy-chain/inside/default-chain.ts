import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "../../../../services/text";
import { start } from "./daemons";

/**
 * Addresses of a chain with the configurations that the packages of HAProxy and Nginx install. It is shorter than the
 * stack's: its Nginx sends requests to the app itself.
 */
export const defaultChain = {
  web: { host: "127.0.4.11", port: 8090 },
  edge: { host: "127.0.4.12", port: 8091 },
  edgeTls: { host: "127.0.4.12", port: 8453 },
} as const;

const { web, edge, edgeTls } = defaultChain;
/** Folder from which Debian's `nginx.conf` includes sites; the default site serves a page of its own folder. */
const sites = /^\s*include \/etc\/nginx\/sites-enabled\/\*;$/m;
const pidLine = /^pid .*;$/m;

/** The package's `haproxy.cfg` with the lines that make it a proxy of one server. */
export function defaultHaproxyCfg(packaged: string): string {
  const lines = text`
    frontend site
      bind ${edge.host}:${edge.port}
      bind ${edgeTls.host}:${edgeTls.port} ssl crt /etc/haproxy/certs/edge.pem
      default_backend web

    backend web
      server web-1 ${web.host}:${web.port} check
  `;
  return `${packaged.trimEnd()}\n\n${lines}`;
}

/**
 * The package's `nginx.conf` with a site that makes it a proxy of one server.
 *
 * @throws Error if the file does not take sites from a folder, or has no line for its process id.
 */
export function defaultNginxConf(packaged: string, appPort: number): string {
  const site = [
    "server {",
    `  listen ${web.host}:${web.port};`,
    "  location / {",
    `    proxy_pass http://127.0.0.1:${appPort};`,
    "  }",
    "}",
  ];
  for (const line of [sites, pidLine]) {
    if (!line.test(packaged))
      throw new Error(`nginx.conf must have the line ${line}:\n${packaged}`);
  }
  return packaged
    .replace(sites, site.map((line) => `  ${line}`).join("\n"))
    .replace(pidLine, "pid /run/default-nginx.pid;");
}

/** Starts both proxies beside the stack's. @throws Error if a package's file is not as this program knows it. */
export function startDefaultChain(appPort: number): void {
  const [haproxy, nginx] = ["/tmp/default-haproxy.cfg", "/tmp/default-nginx.conf"];
  writeFileSync(haproxy, defaultHaproxyCfg(readFileSync("/etc/haproxy/haproxy.cfg", "utf8")));
  writeFileSync(nginx, defaultNginxConf(readFileSync("/etc/nginx/nginx.conf", "utf8"), appPort));
  // On a host systemd makes the folder of the socket.
  mkdirSync("/run/haproxy", { recursive: true });
  execFileSync("/usr/sbin/haproxy", ["-c", "-f", haproxy], { stdio: "pipe" });
  start("/usr/sbin/haproxy", ["-W", "-db", "-f", haproxy]);
  start("/usr/sbin/nginx", ["-c", nginx, "-g", "daemon off;"]);
}
