import * as pulumi from "@pulumi/pulumi";

/** Why nodes were passed over, by node name; undefined for a node that is configured. */
export type Unreached = Record<string, pulumi.Output<string | undefined>>;

/**
 * The value of a stack output, which fails after an `up` that passed hosts over, once all other hosts are configured. The
 * engine then deletes nothing: a host that was passed over may still use what the program no longer has. An output fails,
 * and no resource of its own, because a new resource would be a change in the preview of a stack that an earlier release
 * made; and because a program that runs inside of another process (Pulumi's automation API, 3.257) waits for its outputs
 * before it lets the engine delete. In a preview the value is unchanged.
 *
 * @param tiers why hosts were passed over, by node name, of each tier.
 */
export function unlessPassedOver<T>(
  value: pulumi.Output<T>,
  tiers: readonly Unreached[],
): pulumi.Output<T> {
  if (pulumi.runtime.isDryRun()) return value;
  const reasons = pulumi.all(Object.assign({}, ...tiers) as Unreached);
  const checked = reasons.apply((byNode) => {
    const message = passedOverMessage(byNode);
    if (message !== undefined) throw new pulumi.RunError(message);
  });
  return pulumi.all([value, checked]).apply(([known]) => known) as pulumi.Output<T>;
}

/** The end of an `up` that passed hosts over, with the remedy; undefined if it passed over none. */
export function passedOverMessage(
  reasons: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const passed = Object.entries(reasons).flatMap(([node, reason]) =>
    reason === undefined ? [] : [{ node, reason }],
  );
  if (passed.length === 0) return undefined;
  const names = passed.map(({ node }) => node).join(", ");
  return [
    `passed over, with their former configuration: ${names}; every other host has its present one`,
    ...passed.map(({ node, reason }) => `${node}: ${reason}`),
    "nothing was deleted. Start the machine and run `up` again, which goes on from here; or replace the server: " +
      passed.map(({ node }) => `npm run roll -- ${node}`).join(", "),
  ].join("\n");
}
