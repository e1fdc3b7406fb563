/**
 * Media types that Nginx compresses besides `text/html`, which it always compresses: texts, and binary types without
 * compression of their own. `text/event-stream` and `application/x-ndjson` must stay out: compression would delay each
 * event until more data fills a buffer.
 */
const compressedTypes = [
  "text/cache-manifest",
  "text/calendar",
  "text/css",
  "text/csv",
  "text/javascript",
  "text/markdown",
  "text/mathml",
  "text/plain",
  "text/richtext",
  "text/rtf",
  "text/tab-separated-values",
  "text/troff",
  "text/vcard",
  "text/vnd.wap.wml",
  "text/vtt",
  "text/x-component",
  "text/xml",
  "text/yaml",
  "application/atom+xml",
  "application/dash+xml",
  "application/geo+json",
  "application/graphql-response+json",
  "application/hal+json",
  "application/javascript",
  "application/json",
  "application/ld+json",
  "application/manifest+json",
  "application/problem+json",
  "application/rss+xml",
  "application/rtf",
  "application/schema+json",
  "application/soap+xml",
  "application/vnd.api+json",
  "application/vnd.apple.mpegurl",
  "application/vnd.ms-fontobject",
  "application/wasm",
  "application/x-javascript",
  "application/x-sh",
  "application/x-yaml",
  "application/xhtml+xml",
  "application/xml",
  "application/xslt+xml",
  "application/yaml",
  "font/collection",
  "font/otf",
  "font/ttf",
  "image/bmp",
  "image/svg+xml",
  "image/x-icon",
];

/** Packages with Nginx's two brotli modules, on Debian and Ubuntu. */
export const brotliPackages = [
  "libnginx-mod-http-brotli-filter",
  "libnginx-mod-http-brotli-static",
];

/** Directives of Nginx's main context that load the modules for compression. */
export function compressionModules(brotli: boolean): string[] {
  if (!brotli) return [];
  return ["filter", "static"].map(
    (name) => `load_module modules/ngx_http_brotli_${name}_module.so;`,
  );
}

/** Directives of Nginx's `http` for compression, and for static files that exist in compressed form. */
export function compression(brotli: boolean): string[] {
  const types = compressedTypes.join(" ");
  return [
    "gzip_static on;",
    "gzip on;",
    "gzip_vary on;",
    `gzip_types ${types};`,
    "gzip_proxied any;",
    // Level 4 is as fast as gzip, with smaller responses.
    ...(brotli
      ? ["brotli_static on;", "brotli on;", "brotli_comp_level 4;", `brotli_types ${types};`]
      : []),
  ];
}

/** Directives of Nginx's `http` with file extensions that the distribution's `mime.types` lacks. */
export const moreMimeTypes = [
  "types {",
  "  text/javascript mjs;",
  "  text/csv csv;",
  "  text/markdown md;",
  "  text/vtt vtt;",
  "  text/calendar ics;",
  "  application/json map;",
  "  application/manifest+json webmanifest;",
  "  font/ttf ttf;",
  "  font/otf otf;",
  "}",
];
