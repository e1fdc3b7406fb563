import { forwardedHeaders } from "./forwarded-headers";
import type { Peer } from "../../topology";
import { made } from "../notice";
import { text } from "../text";

/** What is compressed besides `text/html`, which always is; never events, which would wait for more of them. */
const compressedTypes = [
  "text/css",
  "text/plain",
  "text/csv",
  "text/markdown",
  "text/xml",
  "text/javascript",
  "application/javascript",
  "application/json",
  "application/ld+json",
  "application/manifest+json",
  "application/xml",
  "application/rss+xml",
  "application/atom+xml",
  "application/wasm",
  "image/svg+xml",
];

/** What `nginx.conf` depends on. */
export interface NginxConfArgs {
  /** Node name. */
  node: string;
  /** App nodes, in order; at least one. */
  appNodes: readonly Peer[];
  /** Subnet of the load balancers, whose word on the client's address is trusted. */
  lbSubnetCidr: string;
  /** Largest body of a request, MiB; at least 1. */
  maxBodyMib: number;
}

/**
 * Renders `/etc/nginx/nginx.conf`, complete, nginx 1.24 and later.
 *
 * Directives: https://nginx.org/en/docs/dirindex.html
 */
export function nginxConf({ node, appNodes, lbSubnetCidr, maxBodyMib }: NginxConfArgs): string {
  if (appNodes.length === 0) throw new Error("appNodes must name at least one node, got []");
  return text`
    ${made}
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
      default_type application/octet-stream;
      server_tokens off;
      sendfile on;
      tcp_nopush on;
      open_file_cache max=10000 inactive=60s;
      gzip_static on;
      gzip on;
      gzip_vary on;
      gzip_types ${compressedTypes.join(" ")};
      gzip_proxied any;
      log_format stack '$remote_addr $request_time $upstream_response_time $status "$request" $upstream_addr';
      access_log /var/log/nginx/access.log stack buffer=64k flush=5s;
      # Longer than the load balancers keep an idle connection.
      keepalive_timeout 75s;
      set_real_ip_from ${lbSubnetCidr};
      real_ip_header X-Forwarded-For;

      upstream app {
        zone app 64k;
        ${appNodes.map(({ privateIp }) => `server ${privateIp}:3000 max_fails=2 fail_timeout=5s;`)}
        keepalive 64;
        # Shorter than Node keeps an idle connection (65 s), so that no request meets a closed one.
        keepalive_timeout 60s;
      }

      server {
        listen 80 default_server backlog=65535;
        root /srv/app/current/public;
        client_max_body_size ${maxBodyMib}m;

        location = /healthz {
          access_log off;
          default_type text/plain;
          return 200 ok;
        }

        location /assets/ {
          add_header Cache-Control "public, max-age=31536000, immutable";
          add_header X-Webstack-Web ${node};
          try_files $uri @app;
        }

        location / {
          try_files $uri @app;
        }

        location @app {
          # A connection that changes its protocol lasts; all others go on below.
          error_page 418 = @upgrade;
          if ($http_upgrade ~* "^websocket$") {
            return 418;
          }
          proxy_pass http://app;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          ${forwardedHeaders(node)}
          proxy_connect_timeout 1s;
          proxy_read_timeout 30s;
          # A request that may have had an effect is not in this list unless it never was sent.
          proxy_next_upstream error timeout http_502;
          proxy_next_upstream_tries 2;
          proxy_next_upstream_timeout 3s;
        }

        location @upgrade {
          proxy_pass http://app;
          proxy_http_version 1.1;
          proxy_set_header Connection upgrade;
          proxy_set_header Upgrade $http_upgrade;
          ${forwardedHeaders(node)}
          proxy_connect_timeout 1s;
          # As long as the load balancers keep it.
          proxy_read_timeout 1h;
          proxy_send_timeout 1h;
          proxy_next_upstream error timeout http_502;
          proxy_next_upstream_tries 2;
          proxy_next_upstream_timeout 3s;
        }
      }
    }
  `;
}
