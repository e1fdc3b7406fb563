import * as pulumi from "@pulumi/pulumi";

/** Part of a stack whose deletion also destroys data, a server or an address. */
export interface InventoryThing {
  /** Properties whose change replaces the thing, such as its location; empty: none. */
  is: string;
  /** What a deletion destroys, in words. */
  holds: string;
  /** Names of the thing in a line of consent, such as `db-5` or `volumes`; a refusal proposes the last one. */
  asks: string[];
  /** True if the resource is protected: then one `up` with the consent ends the protection, and the next one edits. */
  protected: boolean;
}

/** Arguments of {@link Inventory}. */
export interface InventoryArgs {
  /** All things by name; `db-5/volume` is deleted with `db-5` and needs no consent of its own. */
  things: Record<string, InventoryThing>;
  /** Changes that the stack file allows, such as `delete web-3`; not recorded. */
  allowed: string[];
  /**
   * Settings that are chosen when a stack is made, by name, without those at their default; no line of consent allows
   * their change. @default all are at their default
   */
  chosen?: Record<string, string>;
}

/**
 * Inventory of the parts of a stack that a change can destroy. The provider compares the inventory with the
 * recorded one and refuses, also in the preview, every loss that the stack file does not allow. It does nothing else.
 */
export class Inventory extends pulumi.CustomResource {
  constructor(name: string, args: InventoryArgs, opts?: pulumi.CustomResourceOptions) {
    super("host:index:Inventory", name, { ...args }, opts);
  }
}
