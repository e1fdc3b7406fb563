import { type Assumption, differs, ok, unknown } from "./assumption";

/** Calls an hour and project. https://docs.hetzner.cloud/reference/cloud#rate-limiting */
const callsAnHour = "3600";
/** Longest time without an answer in a planned move, milliseconds: the bound of F18 in docs/faults.md. */
const mostOutageMs = 1_000;

const floatingLocation: Assumption = {
  id: "floating-location",
  assumed: "a floating IP serves at a server of another location of its zone",
  local: "locations are names: one route is replaced, whatever the location",
  judge: ({ cloud }) => {
    if (typeof cloud === "string") return unknown(cloud);
    const { floatingIp, locations } = cloud;
    if (!floatingIp) return unknown("the API does not list the address");
    const { homeLocation: home, server } = floatingIp;
    if (server === undefined) return differs("no server has the address");
    const there = locations[server] ?? "an unknown location";
    const text = `home ${home}, now at ${server} in ${there}`;
    return there === home ? unknown(`${text}: run again after npm run edge:switch`) : ok(text);
  },
};

const rateLimit: Assumption = {
  id: "rate-limit",
  assumed: "answers of the API say how many of 3600 calls an hour are left",
  local: "the same headers; one call is given back each second",
  judge: ({ cloud }) => {
    if (typeof cloud === "string") return unknown(cloud);
    const [limit, left, reset] = ["limit", "remaining", "reset"].map(
      (name) => cloud.rateLimit[`ratelimit-${name}`],
    );
    if (limit === undefined) return differs("no such headers");
    const isWhole = [left, reset].every((value) => /^\d+$/.test(value ?? ""));
    const text = `limit ${limit}${isWhole ? ", with what is left and when it is reset" : ", incomplete"}`;
    return limit === callsAnHour && isWhole ? ok(text) : differs(text);
  },
};

const plannedSwitch: Assumption = {
  id: "switch",
  assumed: "a planned move of the address fails no request and takes at most a second",
  local: "measured under load (F18), with a route that is replaced within a millisecond",
  judge: ({ moved }) => {
    if (typeof moved === "string") return unknown(moved);
    const { requests, failed, slowestMs, outageMs } = moved;
    const text = `${failed} of ${requests} requests failed, longest gap ${(outageMs / 1000).toFixed(1)} s, slowest answer ${(slowestMs / 1000).toFixed(1)} s`;
    return failed === 0 && outageMs <= mostOutageMs ? ok(text) : differs(text);
  },
};

/** What the cloud itself does. */
export const cloudService: readonly Assumption[] = [floatingLocation, rateLimit, plannedSwitch];
