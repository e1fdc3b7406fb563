import { type Finding, findingsOf } from "./finding";
import { type Identity, isOf, type Needs } from "./needs";
import type { Offer } from "./offer";

const { failure } = findingsOf("names taken");

/**
 * Servers outside the stack with the name of a needed server. Names are unique in a project, so the API
 * would answer `uniqueness_error`. https://docs.hetzner.cloud/reference/cloud#servers-create-a-server
 */
export function takenNameFindings({ servers }: Needs, offer: Offer, identity: Identity): Finding[] {
  const wanted = servers.filter(({ now }) => now === undefined).map(({ name }) => name);
  const taken = offer.servers.filter(
    (server) => !isOf(identity, server) && wanted.includes(server.name ?? ""),
  );
  if (taken.length === 0) return [];
  const names = taken.map(({ name }) => name).join(", ");
  return [
    failure(
      `the project has servers of somebody else named ${names}`,
      "use a project of its own for the stack, with a token of that project",
    ),
  ];
}
