import { ensureEngine } from "../../offline/engine";
import { localStack } from "../../scripts/local/stack";

/** Marker of a secret in an exported Pulumi state. */
const secretMarker = "4dabf18193072939515e22adb298388d";

interface ExportedResource {
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** Sizes of all user data, and which secrets of the stack occur in one of them. */
export interface UserDataReport {
  documents: { node: string; bytes: number }[];
  secretsSearched: number;
  /** `node` names whose user data holds a secret; the secret itself is not repeated. */
  secretsFound: string[];
}

function collectSecrets(value: unknown, into: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  const record = value as Record<string, unknown>;
  if (secretMarker in record && typeof record.plaintext === "string") {
    collectStrings(JSON.parse(record.plaintext), into);
    return;
  }
  for (const child of Object.values(record)) collectSecrets(child, into);
}

function collectStrings(value: unknown, into: Set<string>): void {
  if (typeof value === "string" && value.length >= 12) into.add(value);
  else if (typeof value === "object" && value !== null) {
    for (const child of Object.values(value)) collectStrings(child, into);
  }
}

/** Decodes what is compressed inside a document, so that a secret cannot hide there. */
async function readable(document: string): Promise<string> {
  const { gunzipSync } = await import("node:zlib");
  const packed = document.match(/H4sI[A-Za-z0-9+/=\s]+/g) ?? [];
  return [
    document,
    ...packed.map((text) => gunzipSync(Buffer.from(text, "base64")).toString()),
  ].join("\n");
}

/** Looks for every secret of the stack's state, in plain and in base64, in every server's user data. */
export async function userDataReport(): Promise<UserDataReport> {
  const stack = await localStack(await ensureEngine({ progress: () => undefined }));
  const { resources } = (await stack.exportStack()).deployment as { resources: ExportedResource[] };
  const secrets = new Set<string>();
  for (const resource of resources) {
    collectSecrets(resource.inputs, secrets);
    collectSecrets(resource.outputs, secrets);
  }
  const documents: UserDataReport["documents"] = [];
  const secretsFound: string[] = [];
  for (const { inputs } of resources.filter(({ type }) => type === "hcloud:index/server:Server")) {
    const node = String(inputs?.name);
    const document = String(inputs?.userData);
    documents.push({ node, bytes: Buffer.byteLength(document) });
    const text = await readable(document);
    const found = [...secrets].filter(
      (secret) =>
        text.includes(secret) || text.includes(Buffer.from(secret).toString("base64").slice(0, -4)),
    );
    if (found.length > 0) secretsFound.push(node);
  }
  return { documents, secretsSearched: secrets.size, secretsFound };
}
