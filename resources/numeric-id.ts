import type * as pulumi from "@pulumi/pulumi";

/**
 * The id of a cloud resource as a number, as references need it. Pulumi stores every id as text.
 */
export function numericId(resource: pulumi.CustomResource): pulumi.Output<number> {
  return resource.id.apply(Number);
}
