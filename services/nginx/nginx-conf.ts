import { appPort } from "../app/app-program";
import { answerSeconds, appProxyHealthUrl, idleSeconds } from "../app-proxy/app-proxy-cfg";
import { made } from "../notice";
import { text } from "../text";
import { forwardedHeaders } from "./forwarded-headers";
import { siteLines, type StaticSite } from "./static-site";

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
  /** Subnet of the load balancers, whose word on the client's address is trusted. */
  lbSubnetCidr: string;
  /** Largest body of a request, MiB; at least 1. */
  maxBodyMib: number;
  /** What is served of the release. */
  site: StaticSite;
}

/**
 * Renders `/etc/nginx/nginx.conf`, complete, nginx 1.24 and later.
 *
 * Directives: https://nginx.org/en/docs/dirindex.html
 */
export function nginxConf({ node, lbSubnetCidr, maxBodyMib, site }: NginxConfArgs): string {
  const { root, otherwise, atRoot, more } = siteLines(site);
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
        # The proxy on this host, which knows the app nodes that answer.
        server 127.0.0.1:${appPort} max_fails=0;
        keepalive 64;
        # Shorter than the proxy keeps an idle connection, so that no request meets a closed one.
        keepalive_timeout ${idleSeconds}s;
      }

      server {
        listen 80 default_server backlog=65535;
        root ${root};
        client_max_body_size ${maxBodyMib}m;

        location = /healthz {
          # A node whose proxy is gone or hangs serves nobody. The load balancers wait 500 ms.
          access_log off;
          proxy_pass ${appProxyHealthUrl};
          proxy_connect_timeout 400ms;
          proxy_read_timeout 400ms;
        }

        location /assets/ {
          add_header Cache-Control "public, max-age=31536000, immutable";
          add_header X-Webstack-Web ${node};
          try_files $uri ${otherwise};
        }

        location / {
          ${atRoot}
        }
        ${more}

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
          proxy_read_timeout ${answerSeconds}s;
          # The proxy tries other nodes. A kept connection that it closed in a reload is opened anew.
          proxy_next_upstream error;
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
          proxy_next_upstream error;
        }
      }
    }
  `;
}
