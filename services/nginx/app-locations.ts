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

/** Status with which a request leaves its location for `@upgrade`; no visitor sees it. */
const upgradeStatus = 418;
/** First one of those with which requests leave for the locations of large bodies, one for each place. */
const largeStatus = 530;

/** What holds for requests to the app at one place. */
interface Place extends Required<{ [Key in keyof PathRequests]: NonNullable<PathRequests[Key]> }> {
  /** Name of its location without `@`, such as `app`. */
  name: string;
  /** Directives on the size of bodies where it is not that of the server. */
  bodySize: readonly string[];
  /** Status with which a large body leaves for the location that does not keep it. */
  status: number;
}

function places(requests: WebRequests): { usual: Place; own: (Place & { path: string })[] } {
  const { answerTimeoutSeconds, maxBodyMib } = requests;
  const limits = { answerTimeoutSeconds, maxBodyMib, buffering: true };
  const usual = { ...limits, name: "app", bodySize: [], status: largeStatus };
  const paths = Object.entries(requests.paths).sort(([a], [b]) => (a < b ? -1 : 1));
  const own = paths.map(([path, different], i) => {
    const place = { ...usual, ...defined(different), name: `path-${i + 1}` };
    return { ...withBodySize(place), path, status: largeStatus + i + 1 };
  });
  return { usual, own };
}

/**
 * Directives of Nginx's `server` that lead from one location to another. They are not in a location: it would take no
 * `error_page` of the stack file then.
 */
export function innerWays(requests: WebRequests): string[] {
  const { usual, own } = places(requests);
  return [
    `error_page ${upgradeStatus} = @upgrade;`,
    ...[usual, ...own]
      .filter(streams)
      .map(({ name, status }) => `error_page ${status} = @${name}-large;`),
  ];
}

function streams({ buffering, maxBodyMib }: Place): boolean {
  return buffering && mayStream(maxBodyMib);
}

/** Locations of Nginx that pass requests on to the app, and for each path of its own those that lead there. */
export function appLocations(requests: WebRequests): string[] {
  const { usual, own } = places(requests);
  return [
    "location / {",
    "  try_files $uri @app;",
    "}",
    "",
    ...placeLocations(usual),
    ...own.flatMap((place) => [...pathLocations(place), ...placeLocations(place)]),
    ...upgradeLocation(requests.idleTimeoutSeconds),
  ];
}

function defined(path: PathRequests): Partial<Omit<Place, "name" | "bodySize" | "status">> {
  return Object.fromEntries(Object.entries(path).filter(([, value]) => value !== undefined));
}

/** Nginx looks at the size where a request comes in, and again where its body is read. */
function withBodySize(place: Place): Place {
  return { ...place, bodySize: [`client_max_body_size ${place.maxBodyMib}m;`] };
}

/** The path itself and what is below it, but not a longer name that begins with it. */
function pathLocations({ path, name, bodySize }: Place & { path: string }): string[] {
  const matches = path.endsWith("/") ? [path] : [`= ${path}`, `${path}/`];
  return matches.flatMap((match) => [
    `location ${match} {`,
    ...bodySize.map((line) => `  ${line}`),
    `  try_files $uri @${name};`,
    "}",
    "",
  ]);
}

function placeLocations(place: Place): string[] {
  const { name, buffering, status } = place;
  const isLarge = ["if ($large_body) {", `  return ${status};`, "}"];
  const unbuffered = ["proxy_request_buffering off;", "proxy_buffering off;"];
  return [
    ...location(place, [
      "# A connection that changes its protocol lasts; all others go on below.",
      "if ($websocket) {",
      `  return ${upgradeStatus};`,
      "}",
      ...(streams(place) ? isLarge : []),
      ...(buffering ? [] : unbuffered),
    ]),
    ...(streams(place)
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
