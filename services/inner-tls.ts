import type { Peer } from "../topology";
import type { FileAttributes } from "./bundle";
import { rootOnly, type SecretFile } from "./service";

/** Certificate of a web or app node with its key in one PEM file, as HAProxy and Nginx read it. */
export const innerCertificatePath = "/etc/webstack/tls/inner.pem";
/** Certificate of the authority of all web and app nodes. */
export const innerCaPath = "/etc/webstack/tls/inner-ca.pem";

/** Directory of both files. */
export const innerTlsDirectory: Readonly<Record<string, FileAttributes>> = {
  "/etc/webstack/tls": { owner: "root", group: "root", mode: "0755" },
};

/** Secret file of a node that connects to web or app nodes. */
export const innerCaFile: Readonly<Record<string, SecretFile>> = {
  [innerCaPath]: { owner: "root", group: "root", mode: "0644", secret: "innerCa" },
};

/** Secret files of a node that accepts TLS connections from another tier. */
export const innerTlsFiles: Readonly<Record<string, SecretFile>> = {
  ...innerCaFile,
  [innerCertificatePath]: { ...rootOnly, secret: "innerCertificate" },
};

/** Ports of a service that a tier in front connects to; the service listens on both. */
export interface InnerPorts {
  /** Port for HTTP in clear text. */
  clear: number;
  /** Port for HTTP over TLS. */
  tls: number;
}

/** Options of HAProxy's `bind` for a port with TLS. Both sides are the stack's own, so no older version is needed. */
export const innerBind = `ssl crt ${innerCertificatePath} ssl-min-ver TLSv1.3 alpn http/1.1`;

/**
 * Line `default-server` of a HAProxy backend whose servers are nodes of the stack. HAProxy resumes TLS sessions unless
 * it is told not to.
 *
 * https://docs.haproxy.org/3.2/configuration.html#5.2-verify
 */
export function innerDefaultServer(encrypts: boolean): string[] {
  if (!encrypts) return [];
  const verified = `verify required ca-file ${innerCaPath}`;
  return [`default-server ssl ${verified} ssl-min-ver TLSv1.3 alpn http/1.1 check-ssl`];
}

/** Line `server` of a node; with TLS the node's certificate must have the node's name. */
export function innerServer(
  { name, privateIp }: Peer,
  { clear, tls }: InnerPorts,
  encrypts: boolean,
): string {
  if (!encrypts) return `server ${name} ${privateIp}:${clear}`;
  return `server ${name} ${privateIp}:${tls} verifyhost ${name} sni str(${name}) check-sni ${name}`;
}

/** Nodes of {@link innerRequest}, and the request. */
interface InnerRequest {
  /** Nodes; `privateIp` may also be the loopback address. */
  nodes: readonly Peer[];
  /** Port with TLS. */
  port: number;
  /** Path, such as `/healthz`. */
  path: string;
  /** Further arguments of curl. */
  more: readonly string[];
}

/** Sends the request to one node after the other, until one answers. Arguments: port, path, then curl's. */
const untilOneAnswers = [
  "nodes=$1 port=$2 path=$3; shift 3",
  "for node in $nodes; do",
  '  name=${node%=*}; at="--resolve $name:$port:${node#*=}"',
  '  /usr/bin/curl "$@" $at "https://$name:$port$path" && exit 0',
  "done",
  "exit 1",
].join("\n");

/** Command that succeeds if a node answers over TLS with a certificate that HAProxy would accept, and names the problem if none does. */
export function innerRequest({ nodes, port, path, more }: InnerRequest): string[] {
  const listed = nodes.map(({ name, privateIp }) => `${name}=${privateIp}`).join(" ");
  const quiet = ["--silent", "--show-error", "--max-time", "3", "--output", "/dev/null"];
  const trust = ["--noproxy", "*", "--cacert", innerCaPath];
  const script = ["/bin/sh", "-c", untilOneAnswers, "sh"];
  return [...script, listed, String(port), path, ...quiet, ...trust, ...more];
}
