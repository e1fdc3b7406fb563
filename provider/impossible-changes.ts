import { isMap, type Values } from "../plugin/values";
import type { InventoryItem } from "./resources";

/** A change that the cloud cannot make, and that no line of consent allows. */
export interface ImpossibleChange {
  /** Names of the things that would change. */
  names: string[];
  /** Key, value found, rule and fix, in one sentence. */
  reason: string;
}

type Things = Readonly<Record<string, InventoryItem>>;

/** What to do instead of moving a stack's network. */
const newStack =
  "make a new stack beside this one, and bring the data there from the backups (docs/backups.md)";

/**
 * Changes that the cloud refuses in the middle of an `up`, or that leave servers without a network:
 * a smaller volume (API: `POST /volumes/{id}/actions/resize`, the new size must be greater), a network of another zone
 * (a server joins a network of its own zone alone), and another network while servers joined theirs at their creation.
 *
 * @param olds recorded inputs of the inventory, with the mode of its network in `chosen`.
 */
export function impossibleChanges(olds: Values, news: Values): ImpossibleChange[] {
  if (!isMap(olds.things) || !isMap(news.things)) return [];
  const [before, after] = [olds.things, news.things] as unknown as [Things, Things];
  const isEdge = isMap(olds.chosen) && olds.chosen["network.publicAddresses"] === "edge";
  return [...smallerVolumes(before, after), ...otherNetwork(before, after, isEdge)];
}

/** Volumes whose size would decrease, in one sentence. */
function smallerVolumes(before: Things, after: Things): ImpossibleChange[] {
  const found = Object.entries(before).flatMap(([name, { sizeGb: was }]) => {
    const now = after[name]?.sizeGb;
    return was === undefined || now === undefined || now >= was ? [] : [{ name, was, now }];
  });
  const [first] = found;
  if (!first) return [];
  const least = Math.max(...found.map(({ was }) => was));
  const owners = found.map(({ name }) => name.split("/")[0]!);
  return [
    {
      names: found.map(({ name }) => name),
      reason:
        `webstack:db.volumeGb must be at least ${least}, got ${first.now}: the volume of ${owners.join(", ")} has ` +
        `${least} GB, and Hetzner makes no volume smaller. Set it to ${least}`,
    },
  ];
}

/** The network as `is` of the inventory names it: its range and its zone. */
function placeOf({ is }: InventoryItem): { ipRange: string; zone: string } {
  const [ipRange = "", zone = ""] = is.split(" ");
  return { ipRange, zone };
}

function otherNetwork(
  { network: was }: Things,
  after: Things,
  isEdge: boolean,
): ImpossibleChange[] {
  const now = after.network;
  if (!was || !now || was.is === now.is) return [];
  const [old, next] = [placeOf(was), placeOf(now)];
  const refused = (reason: string) => [{ names: ["network"], reason }];
  if (old.zone !== next.zone) {
    return refused(
      `webstack:locations must stay in the network zone ${old.zone}, got ${next.zone}: the servers stay where they are, ` +
        `and none of them can join a network of another zone. Set locations back; to move there, ${newStack}`,
    );
  }
  if (!isEdge) return [];
  return refused(
    `webstack:network.ipRange must stay ${old.ipRange} with network.publicAddresses edge, got ${next.ipRange}: a server ` +
      "without a public address joined the network at its creation and stays in it, and no subnet can be deleted " +
      `while servers are in it. Set it back; to have ${next.ipRange}, ${newStack}`,
  );
}
