import { StackInventory } from "../components/stack-inventory";
import type { PlannedNode, Topology } from "../topology";
import { type WebStackArgs, hasConsent } from "./args";

type Things = ConstructorParameters<typeof StackInventory>[1]["things"];

/** Creates the record of irreplaceable resources and consents. Load balancers are replaceable and not listed. */
export function inventory(args: WebStackArgs, plan: Topology): StackInventory {
  const { protect, consent, network, networkZone, loadBalancers } = args;
  const nodes = [...plan.web, ...plan.app, ...plan.db].map((node) => [node.name, server(node)]);
  const things: Things = {
    ...Object.fromEntries(nodes),
    ...volumes(args, plan),
    network: {
      is: `${network.ipRange} ${networkZone}`,
      holds: "the way between all nodes: the site is off until every server is made anew",
      asks: ["network"],
      protected: protect && !hasConsent(args, "replace", "network"),
    },
    ...(loadBalancers.ipv6 ? { "IPv6 address": address() } : {}),
  };
  const allowed = consent.map(({ verb, what }) => `${verb} ${what}`);
  const { publicAddresses } = network;
  const chosen =
    publicAddresses === "all" ? {} : { chosen: { "network.publicAddresses": publicAddresses } };
  return new StackInventory("inventory", { things, allowed, ...chosen });

  function server({ name, role }: PlannedNode): Things[string] {
    const copy = role === "db" ? ", and with them its copy of the data" : "";
    return {
      is: "",
      holds: `its server and all that is on its disk${copy}`,
      asks: [name],
      protected: protect && !hasConsent(args, "delete", name),
    };
  }

  function address(): Things[string] {
    return {
      is: "",
      holds: "the address for good: nobody gets the same one again",
      asks: ["addresses"],
      protected: protect && !hasConsent(args, "delete", "addresses"),
    };
  }
}

/** The volumes of the databases. */
function volumes(args: WebStackArgs, { db }: Topology): Things {
  const { volumeGb } = args.db;
  if (volumeGb === undefined) return {};
  const mayGo = (name: string) =>
    hasConsent(args, "delete", name, "volumes") || hasConsent(args, "replace", name);
  return Object.fromEntries(
    db.map(({ name, location }) => [
      `${name}/volume`,
      {
        is: location,
        sizeGb: volumeGb,
        holds: db.length === 1 ? "all data of the stack" : "its copy of the data",
        asks: [name, "volumes"],
        protected: args.protect && !mayGo(name),
      },
    ]),
  );
}
