import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type { HostNode } from "./hosts";
import { refuseImpossible } from "./possible";
import { type ResizeDependencies, Resizing } from "./resize";
import { outageRefusal, resizeLine, type TypeChange } from "./outage-messages";
import { Turns } from "./turns";

/** A node with its location. */
export interface RolledNode extends HostNode {
  /** Hetzner location, such as `nbg1`. */
  location: string;
}

/** Arguments of {@link resizeHooks}. */
export interface ResizeHooksArgs extends Omit<ResizeDependencies, "turns" | "say"> {
  /** All nodes of the stack. */
  nodes: readonly RolledNode[];
  /** The day of the run. */
  today: Date;
}

/** Prints the size of a MySQL's buffer pool, MiB. */
const showPool =
  "sudo mysql --batch --skip-column-names --execute 'SELECT @@GLOBAL.innodb_buffer_pool_size DIV 1048576'";

/**
 * Hooks that let only one server at a time change its type. They run in the
 * program's process, in `up` and in `preview`, and affect no other change.
 */
export function resizeHooks(
  args: ResizeHooksArgs,
): (node: RolledNode) => pulumi.ResourceHookBinding {
  const { nodes, cloud, hosts, allowsOutage, today } = args;
  const isPreview = pulumi.runtime.isDryRun();
  // Drops a message that cannot be delivered.
  const say = (line: string) => void pulumi.log.info(line).catch(() => undefined);
  const turns = new Turns();
  const resizing = new Resizing({ ...args, turns, say });
  const askPool = async ({ name }: RolledNode) => {
    try {
      const output = await (await hosts(await cloud.servers())).run(name, showPool);
      return Number(output.trim());
    } catch (error) {
      say(`${name}: how much memory MySQL is set to could not be asked: ${String(error)}`);
      return undefined;
    }
  };
  return (node) => {
    const tier = nodes.filter(({ role }) => role === node.role).map(({ name }) => name);
    const refuse = async (change: TypeChange, { oldOutputs }: pulumi.ResourceHookArgs) => {
      if (tier.length === 1 && !allowsOutage(node)) {
        throw new Error(outageRefusal(node, change, today));
      }
      const { location = node.location, primaryDiskSize = 0 } = oldOutputs ?? {};
      await refuseImpossible(cloud, {
        ...{ node, change, location: String(location), diskGb: Number(primaryDiskSize) },
        poolMib: () => askPool(node),
      });
    };
    const { name } = node;
    const before = async (change: TypeChange, called: pulumi.ResourceHookArgs) => {
      try {
        await refuse(change, called);
      } catch (error) {
        turns.stop(name, (error as Error).message);
        throw error;
      }
      if (isPreview) say(resizeLine(node, change, tier));
      else await resizing.begin(node, change);
    };
    const failed = async ({ errors }: pulumi.ErrorHookArgs) => {
      await resizing.fail(node, errors[0] ?? "its change failed");
      return false;
    };
    return {
      beforeUpdate: [hook(`resize of ${name}`, before, { onDryRun: true })],
      afterUpdate: [hook(`return of ${name}`, (change) => resizing.end(node, change))],
      onError: [new pulumi.ErrorHook(`failed resize of ${name}`, AsyncResource.bind(failed))],
    };
  };
}

/** A hook that acts when a server's type changes, and at no other update of the server. */
function hook(
  name: string,
  work: (change: TypeChange, args: pulumi.ResourceHookArgs) => Promise<void>,
  options?: pulumi.ResourceHookOptions,
): pulumi.ResourceHook {
  // The engine calls the hook outside of the asynchronous context that log messages need.
  const call = AsyncResource.bind(async (args: pulumi.ResourceHookArgs) => {
    const from = String(args.oldOutputs?.serverType ?? args.oldInputs?.serverType);
    const to = String(args.newInputs?.serverType);
    if (from !== to) await work({ from, to }, args);
  });
  return new pulumi.ResourceHook(name, call, options);
}
