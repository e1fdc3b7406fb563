import { duration, type PathRequests, type WebRequests } from "../requests";

/**
 * Largest body that a web node keeps on its disk until it is complete, MB: a load balancer has at most 512 requests
 * under way on a web node, and 512 times this fits on the disk of the smallest server.
 */
const keptBodyMb = 50;

/** Largest part of an answer that a web node keeps on its disk for a slow client, MiB; 512 times this fits too. */
const keptAnswerMib = 8;

/** Whether a request may have a body that is not kept. */
function mayStream(maxBodyMib: number): boolean {
  return maxBodyMib * 1.048576 >= keptBodyMb;
}

function anyStreams({ maxBodyMib, paths }: WebRequests): boolean {
  return [{ maxBodyMib }, ...Object.values(paths)].some((path) => mayStream(path.maxBodyMib ?? 0));
}

/** Directives of Nginx's `http` on what it keeps of bodies and answers. */
export function keptBodies(requests: WebRequests): string[] {
  const kept = [
    "# What a slow client has not taken yet and is not kept here, the app is told to wait with.",
    `proxy_max_temp_file_size ${keptAnswerMib}m;`,
  ];
  if (!anyStreams(requests)) return kept;
  return [
    ...kept,
    `# True for a body of ${keptBodyMb} MB and more, or of unknown length.`,
    'map "$content_length:$http_transfer_encoding" $large_body {',
    '  default "";',
    '  "~^[5-9][0-9]{7}:" 1;',
    '  "~^[0-9]{9,}:" 1;',
    '  "~*^:.*chunked" 1;',
    "}",
  ];
}

/** What holds for requests to the app at one place. */
interface Place extends Required<{ [Key in keyof PathRequests]: NonNullable<PathRequests[Key]> }> {
  /** Name of its location without `@`, such as `app`. */
  name: string;
  /** Directives on the size of bodies where it is not that of the server. */
  bodySize: readonly string[];
}

/** Locations of Nginx that pass requests on to the app, and for each path of its own those that lead there. */
export function appLocations(requests: WebRequests): string[] {
  const { answerTimeoutSeconds, maxBodyMib, idleTimeoutSeconds } = requests;
  const usual = { name: "app", answerTimeoutSeconds, maxBodyMib, buffering: true, bodySize: [] };
  const paths = Object.entries(requests.paths).sort(([a], [b]) => (a < b ? -1 : 1));
  const own = paths.map(([path, different], i) => {
    const place = withBodySize({ ...usual, ...defined(different), name: `path-${i + 1}` });
    return [...pathLocations(path, place), ...placeLocations(place)];
  });
  return [
    "location / {",
    "  try_files $uri @app;",
    "}",
    "",
    ...placeLocations(usual),
    ...own.flat(),
    ...upgradeLocation(idleTimeoutSeconds),
  ];
}

function defined(path: PathRequests): Partial<Omit<Place, "name" | "bodySize">> {
  return Object.fromEntries(Object.entries(path).filter(([, value]) => value !== undefined));
}

/** Nginx looks at the size where a request comes in, and again where its body is read. */
function withBodySize(place: Place): Place {
  return { ...place, bodySize: [`client_max_body_size ${place.maxBodyMib}m;`] };
}

/** The path itself and what is below it, but not a longer name that begins with it. */
function pathLocations(path: string, { name, bodySize }: Place): string[] {
  const places = path.endsWith("/") ? [path] : [`= ${path}`, `${path}/`];
  return places.flatMap((place) => [
    `location ${place} {`,
    ...bodySize.map((line) => `  ${line}`),
    `  try_files $uri @${name};`,
    "}",
    "",
  ]);
}

function placeLocations(place: Place): string[] {
  const { name, maxBodyMib, buffering } = place;
  const streams = buffering && mayStream(maxBodyMib);
  const unbuffered = ["proxy_request_buffering off;", "proxy_buffering off;"];
  return [
    ...location(place, [
      "# A connection that changes its protocol lasts; all others go on below.",
      "error_page 418 = @upgrade;",
      "if ($websocket) {",
      "  return 418;",
      "}",
      ...(streams
        ? [`error_page 419 = @${name}-large;`, "if ($large_body) {", "  return 419;", "}"]
        : []),
      ...(buffering ? [] : unbuffered),
    ]),
    ...(streams
      ? location({ ...place, name: `${name}-large` }, ["proxy_request_buffering off;"])
      : []),
  ];
}

function location(place: Place, lines: readonly string[]): string[] {
  return [
    `location @${place.name} {`,
    ...[
      ...lines,
      ...place.bodySize,
      "proxy_pass http://app;",
      `proxy_read_timeout ${duration(place.answerTimeoutSeconds)};`,
      `proxy_send_timeout ${duration(place.answerTimeoutSeconds)};`,
    ].map((line) => `  ${line}`),
    "}",
    "",
  ];
}

function upgradeLocation(idleTimeoutSeconds: number): string[] {
  const idle = duration(idleTimeoutSeconds);
  return [
    "location @upgrade {",
    "  proxy_pass http://app;",
    "  # As long as the load balancers keep it.",
    `  proxy_read_timeout ${idle};`,
    `  proxy_send_timeout ${idle};`,
    "}",
  ];
}
