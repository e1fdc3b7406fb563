import { appPort } from "../app/app-program";
import { appProxyHealthUrl, idleSeconds } from "../app-proxy/app-proxy-cfg";
import type { BundleRelease } from "../bundle";
import { innerCertificatePath, type InnerPorts } from "../inner-tls";
import { generatedNotice, text } from "../text";
import type { WebRequests } from "../requests";
import { accessLog } from "./access-log";
import { siteLines, type StaticSite } from "./static-site";
import { appLocations, internalLocations, bufferedBodies } from "./app-locations";
import { compression, compressionModules, moreMimeTypes } from "./compression";
import { forwardedHeaders, requestedHostMap, upgradeMaps } from "./forwarded-headers";
import { assetsLocations } from "./immutable-assets";
import { maintenanceLines, countServer, leavingPath } from "./out-of-service";
import { type NginxSnippets, snippetLines } from "./snippets";

/** Ports on which load balancers reach Nginx. */
export const webPorts: InnerPorts = { clear: 80, tls: 443 };

/** Arguments of {@link nginxConf}. */
export interface NginxConfArgs {
  /** Node name. */
  node: string;
  /** Subnet of the load balancers with prefix; Nginx trusts their header with the client's address. */
  lbSubnetCidr: string;
  /** Limits of visitors' requests. */
  requests: WebRequests;
  /** Settings of the stack file for Nginx. */
  settings: NginxSettings;
  /** Static files of the release that Nginx serves. */
  site: StaticSite;
  /** Directory of the app's releases, and the number of releases kept. */
  release: Pick<BundleRelease, "root" | "keep">;
}

/** Settings of the stack file for Nginx. */
export interface NginxSettings extends NginxSnippets {
  /** True if Nginx also compresses with brotli; needs `brotliPackages`. */
  brotli: boolean;
  /** True if a response header names the node's release. @default false */
  versionHeader?: boolean;
}

/**
 * Renders `/etc/nginx/nginx.conf`, complete, nginx 1.28 and later.
 *
 * Directives: https://nginx.org/en/docs/dirindex.html
 */
export function nginxConf(args: NginxConfArgs): string {
  const { node, lbSubnetCidr, requests, settings, site, release } = args;
  const { versionHeader = false } = settings;
  const releaseHeader = versionHeader ? releaseHeaderLines(release) : [];
  const lines = siteLines(site, release, releaseHeader);
  return text`
    ${generatedNotice}
    ${compressionModules(settings.brotli)}
    user www-data;
    worker_processes auto;
    worker_rlimit_nofile 16384;
    pid /run/nginx.pid;
    error_log stderr warn;

    events {
      worker_connections 4096;
    }

    http {
      include /etc/nginx/mime.types;
      ${moreMimeTypes}
      default_type application/octet-stream;
      server_tokens off;
      sendfile on;
      tcp_nopush on;
      open_file_cache max=10000 inactive=60s;
      # The end of a maintenance is the end of a file, which every worker must notice.
      open_file_cache_valid 2s;
      ${compression(settings.brotli)}
      ${accessLog}
      # Longer than the load balancers keep an idle connection open.
      keepalive_timeout 75s;
      # After a reload the old worker answers one more request on a connection that was idle for less than this.
      # Closed at once, it would fail a request that is just being sent.
      keepalive_min_timeout 10s;
      set_real_ip_from ${lbSubnetCidr};
      real_ip_header X-Forwarded-For;
      ${upgradeMaps}
      ${requestedHostMap}
      ${headerBuffers}
      ${bufferedBodies(requests)}
      ${lines.maps}

      upstream app {
        zone app 64k;
        # The proxy on this host, which health-checks the app nodes.
        server 127.0.0.1:${appPort} max_fails=0;
        keepalive 64;
        # Shorter than the proxy keeps an idle connection open, so that no request is sent on a closed one.
        keepalive_timeout ${idleSeconds}s;
      }

      server {
        listen ${webPorts.clear} default_server backlog=65535;
        # The load balancers use one of the two ports; both listen, so that a switch between them finds an open port.
        listen ${webPorts.tls} ssl default_server backlog=65535;
        ssl_certificate ${innerCertificatePath};
        ssl_certificate_key ${innerCertificatePath};
        ssl_protocols TLSv1.3;
        # This shared memory also holds the keys of session tickets, which survive a reload.
        ssl_session_cache shared:inner:1m;
        ssl_session_timeout 1h;
        root ${lines.root};
        client_max_body_size ${requests.maxBodyMib}m;
        # Nginx does not know the scheme and port of the visitor's request.
        absolute_redirect off;
        ${internalLocations(requests)}
        proxy_http_version 1.1;
        proxy_connect_timeout 1s;
        # The proxy retries on other nodes. Nginx only reopens a kept connection that the proxy closed in a reload.
        proxy_next_upstream error;
        ${forwardedHeaders(node)}
        ${releaseHeader}
        ${versionHeader ? ["proxy_hide_header X-Release;"] : []}

        ${maintenanceLines(releaseHeader)}

        location = /healthz {
          # A node without a working proxy must not get requests. The load balancers' check waits 500 ms.
          access_log off;
          # After a 404 the load balancers send no new request, and requests in progress can end.
          if (-e ${leavingPath}) {
            return 404;
          }
          proxy_pass ${appProxyHealthUrl};
          proxy_connect_timeout 400ms;
          proxy_read_timeout 400ms;
        }

        ${assetsLocations({ ...lines, node, release, headers: releaseHeader })}

        ${appLocations(requests, lines)}
        ${snippetLines(settings)}
        ${lines.errorPages}
      }

      ${countServer}
    }
  `;
}

/**
 * Buffers for headers. The load balancers accept 15 KiB of headers in all, and one header may have all of these. A
 * response whose headers do not fit into `proxy_buffer_size` would be a 502 after the app has acted.
 *
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_busy_buffers_size must be less than all
 * `proxy_buffers` but one, and is twice `proxy_buffer_size` by default.
 */
const headerBuffers = [
  "large_client_header_buffers 4 16k;",
  "proxy_buffer_size 16k;",
  "proxy_buffers 8 16k;",
];

/**
 * Lines that include the file with the release's header. The host writes this file beside a release when it
 * unpacks the release; see `host/converge/release.ts`. Nginx accepts a missing file if the name has a wildcard.
 */
function releaseHeaderLines({ root }: Pick<BundleRelease, "root">): string[] {
  return [`include ${root}/current/.webstack-nginx.con[f];`];
}
