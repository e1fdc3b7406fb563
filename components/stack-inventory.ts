import * as pulumi from "@pulumi/pulumi";
import { Inventory, type InventoryArgs } from "../provider/resources";

/** Record of the stack's irreplaceable resources, and of the stack file's consent to lose them. */
export class StackInventory extends pulumi.ComponentResource {
  /** Resource whose check must succeed before anything is replaced. */
  readonly record: Inventory;

  constructor(name: string, args: InventoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:StackInventory", name, {}, opts);
    this.record = new Inventory(`${name}-record`, args, { parent: this });
    this.registerOutputs();
  }

  /**
   * Location of a node's volume on record, in which a new server of that node is made.
   *
   * @param planned location that the settings give the node, for a node without a volume on record.
   */
  volumePlace(node: string, planned: string): pulumi.Output<string> {
    return this.record.things.apply((things) => things[`${node}/volume`]?.is ?? planned);
  }
}
