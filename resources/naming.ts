import type * as pulumi from "@pulumi/pulumi";

/** Names of project and stack, for the names and labels of the cloud's resources. */
export interface Identity {
  /** Name of the project and label `project`, such as `webstack`. */
  project: string;
  /** Name of the stack and label `stack`, such as `dev`. */
  stack: string;
}

/** Cloud name of a resource that is not a server: `webstack-dev-deploy`. */
export function cloudName(identity: Identity, what?: string): string {
  return [identity.project, identity.stack, what].filter(Boolean).join("-");
}

/** Selector of all resources with the labels of the stack. */
export function labelSelector({ project, stack }: Identity): string {
  return `project=${project},stack=${stack}`;
}

/** Labels of every cloud resource of the stack, and further labels of one resource. */
export function cloudLabels(
  identity: Identity,
  own: Record<string, string> = {},
): Record<string, string> {
  return { project: identity.project, stack: identity.stack, ...own };
}

/** Name of one version of a key or a password. Version 1 has no number, so that older stacks keep their resources. */
export function numbered(name: string, version: number): string {
  return version === 1 ? name : `${name}-${version}`;
}

/**
 * The id of a cloud resource as a number, as references need it. Pulumi stores every id as text.
 */
export function numericId(resource: pulumi.CustomResource): pulumi.Output<number> {
  return resource.id.apply(Number);
}
