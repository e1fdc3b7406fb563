import * as pulumi from "@pulumi/pulumi";
import { Inventory, type InventoryArgs } from "../provider/inventory";

/** What the stack has that can be lost, and what of it the stack file allows to go. */
export class StackInventory extends pulumi.ComponentResource {
  /** What must have been looked at before something is replaced. */
  readonly record: pulumi.Resource;

  constructor(name: string, args: InventoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:StackInventory", name, {}, opts);
    this.record = new Inventory(`${name}-record`, args, { parent: this });
    this.registerOutputs();
  }
}
