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
