/**
 * Network zone of each Hetzner location. All nodes of a stack share one private network, and all
 * subnets of a network are in one zone.
 *
 * Source: https://docs.hetzner.com/cloud/networks/faq and `GET /v1/locations`.
 */
export const networkZones: Readonly<Record<string, string>> = {
  fsn1: "eu-central",
  nbg1: "eu-central",
  hel1: "eu-central",
  ash: "us-east",
  hil: "us-west",
  sin: "ap-southeast",
};

/**
 * Server types by tier for locations in which the default types are not sold. Since autumn 2025 the API answers
 * `unsupported location for server type` there for the newer types of the CPX and CX families (seen by
 * github.com/autobase-tech/autobase/issues/1403); the earlier CPX types remain.
 */
const unitedStates = { loadBalancers: "cpx11", web: "cpx11", app: "cpx21", db: "cpx21" };

/** Types to name in a stack file by location and tier, where a default type of the tier is not sold. */
export const typesInsteadOfDefaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ash: unitedStates,
  hil: unitedStates,
};
