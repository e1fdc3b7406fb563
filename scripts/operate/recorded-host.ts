import { utils } from "ssh2";
import { secretSignature, signatureKey } from "../../plugin/values";
import { bundleOf, type Inputs } from "../../provider/inputs";
import { cloudConfig } from "../../services/first-boot/cloud-config";
import { pulumiOf } from "./engine-commands";

/** A value of an export with `--show-secrets`, without the marks of secrets. */
function opened(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(opened);
  const { [signatureKey]: kind, plaintext } = value as Record<string, unknown>;
  if (kind === secretSignature) return opened(JSON.parse(String(plaintext)));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, opened(one)]));
}

/**
 * The configuration of a node in an export of its stack with `--show-secrets`.
 *
 * @throws Error if the export has none for the node.
 */
export function recordedIn(exported: unknown, node: string): Inputs {
  const { deployment } = exported as {
    deployment?: { resources?: { type?: string; inputs?: { node?: unknown } }[] };
  };
  const found = deployment?.resources?.find(
    ({ type, inputs }) => type === "host:index:Configuration" && inputs?.node === node,
  );
  if (!found) throw new Error(`the stack's state has no configuration of ${node}; run up first`);
  return opened(found.inputs) as Inputs;
}

/** The recorded configuration of a node. Its secrets stay in the memory of this process. */
export async function recordedHost(stack: string | undefined, node: string): Promise<Inputs> {
  const { pulumi } = await pulumiOf(stack);
  return recordedIn(JSON.parse(pulumi("stack", "export", "--show-secrets")), node);
}

/**
 * User data that gives a node's server its recorded state without the secrets; with the login's present key, which the
 * server's first user data may lack.
 *
 * @throws Error if the record has no key of the first contact, or is larger than user data may be.
 */
export function userDataOf(recorded: Inputs): string {
  const { connection, node, services } = recorded;
  const { user, privateKey, firstContactKey } = connection;
  if (firstContactKey === undefined) {
    throw new Error(`the state of ${node} is of an earlier release of this project; run up first`);
  }
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) throw new Error(`the deploy key of ${node} cannot be read`);
  const bundle = bundleOf({
    ...recorded,
    // A refresh records the state of services on the host, which is no part of a bundle.
    services: services.map((service) => ({ ...service, onHost: undefined })),
  });
  const deployKey = `${key.type} ${key.getPublicSSH().toString("base64")}`;
  return cloudConfig({ adminUser: user, deployKey, firstContactKey, bundle });
}
