import { duration, type WebRequests } from "../requests";
import {
  appPathLocations,
  pathLocations,
  maxBufferedBodyMb,
  mayStream,
  type LocationTarget,
  pathLocationsOf,
  streams,
} from "./path-locations";
import type { SiteLines } from "./static-site";

/** Largest part of a response that a web node buffers on its disk for a slow client, MiB; 512 such parts fit there. */
const keptAnswerMib = 8;

function anyStreams({ maxBodyMib, paths }: WebRequests): boolean {
  return [{ maxBodyMib }, ...Object.values(paths)].some((path) => mayStream(path.maxBodyMib ?? 0));
}

/** Directives of Nginx's `http` for the buffers of bodies and responses. */
export function bufferedBodies(requests: WebRequests): string[] {
  const kept = [
    "# What a slow client has not taken yet and is not kept here, the app is told to wait with.",
    `proxy_max_temp_file_size ${keptAnswerMib}m;`,
  ];
  if (!anyStreams(requests)) return kept;
  return [
    ...kept,
    `# True for a body of ${maxBufferedBodyMb} MB and more, or of unknown length.`,
    'map "$content_length:$http_transfer_encoding" $large_body {',
    '  default "";',
    '  "~^[5-9][0-9]{7}:" 1;',
    '  "~^[0-9]{9,}:" 1;',
    '  "~*^:.*chunked" 1;',
    "}",
  ];
}

/** Internal status that redirects a request to the location `@upgrade`; no visitor sees this status. */
const upgradeStatus = 418;

/**
 * Directives of Nginx's `server` that redirect from one location to another. A location with its own `error_page`
 * would inherit none of the stack file, so these directives are outside the locations.
 */
export function internalLocations(requests: WebRequests): string[] {
  const { usual, own } = pathLocationsOf(requests);
  return [
    `error_page ${upgradeStatus} = @upgrade;`,
    ...[usual, ...own]
      .filter(streams)
      .map(({ name, status }) => `error_page ${status} = @${name}-large;`),
  ];
}

/**
 * Locations of Nginx for requests that are not for assets: those of the static site, those that pass requests to the
 * app, and the locations of each path with its own settings.
 */
export function appLocations(
  requests: WebRequests,
  {
    atRoot,
    more,
    appPaths,
    revalidated,
  }: Pick<SiteLines, "atRoot" | "more" | "appPaths" | "revalidated">,
): string[] {
  const all = pathLocationsOf(requests);
  return [
    "location / {",
    ...atRoot.map((line) => `  ${line}`),
    "}",
    ...more,
    "",
    ...appPathLocations(appPaths, all),
    ...placeLocations(all.usual),
    ...all.own.flatMap((place) => [
      ...pathLocations(place, appPaths, revalidated),
      ...placeLocations(place),
    ]),
    ...upgradeLocation(requests.idleTimeoutSeconds),
  ];
}

function placeLocations(place: LocationTarget): string[] {
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

function location(place: LocationTarget, lines: readonly string[]): string[] {
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
