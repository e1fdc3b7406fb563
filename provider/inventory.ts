import * as pulumi from "@pulumi/pulumi";

/** Something of a stack that takes data, a server or an address with it if it goes. */
export interface InventoryThing {
  /** What it cannot change without becoming another one, such as its location; empty: nothing. */
  is: string;
  /** What is lost with it, in words. */
  holds: string;
  /** What a line of consent may name for it, such as `db-5` or `volumes`; the last one is proposed. */
  asks: string[];
  /** Whether it is protected: then consent comes first, and the edit with the next `up`. */
  protected: boolean;
}

/** Arguments of {@link Inventory}. */
export interface InventoryArgs {
  /** All things by name; `db-5/volume` goes with `db-5` without a word of its own. */
  things: Record<string, InventoryThing>;
  /** What the stack file allows, such as `delete web-3`; not kept. */
  allowed: string[];
}

/**
 * What a stack has that can be lost. The provider compares it with what was recorded and refuses, in
 * the preview too, what the stack file does not allow. It does nothing else.
 */
export class Inventory extends pulumi.CustomResource {
  constructor(name: string, args: InventoryArgs, opts?: pulumi.CustomResourceOptions) {
    super("host:index:Inventory", name, { ...args }, opts);
  }
}
