import type * as pulumi from "@pulumi/pulumi";

/**
 * The id of a cloud resource as the number that references want. Pulumi keeps every id as text.
 */
export function numericId(resource: pulumi.CustomResource): pulumi.Output<number> {
  return resource.id.apply(Number);
}
