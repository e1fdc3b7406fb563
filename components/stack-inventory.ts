import * as pulumi from "@pulumi/pulumi";
import { Inventory, type InventoryArgs } from "../provider/resources";

/** Record of the stack's irreplaceable resources, and of the stack file's consent to lose them. */
export class StackInventory extends pulumi.ComponentResource {
  /** Resource whose check must succeed before anything is replaced. */
  readonly record: pulumi.Resource;

  constructor(name: string, args: InventoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:StackInventory", name, {}, opts);
    this.record = new Inventory(`${name}-record`, args, { parent: this });
    this.registerOutputs();
  }
}
