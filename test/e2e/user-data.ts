import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { z } from "zod";
import { ensureEngine } from "../../offline/engine";
import { localStack } from "../../scripts/local/stack";
import { packedPath, unpackedFiles } from "../../services/first-boot/packed-files";

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

/** Properties that user data holds on purpose: a key that is worth nothing after the first contact, and itself. */
const ofFirstContact = new Set(["firstContactKey", "userData"]);

/** A value with its secrets opened. */
function opened(value: unknown): unknown {
  const { plaintext } = value as { plaintext?: unknown };
  return typeof plaintext === "string" ? JSON.parse(plaintext) : value;
}

function collectSecrets(value: unknown, into: Set<string>, isSecret = false): void {
  if (typeof value === "string" && isSecret && value.length >= 12) into.add(value);
  if (typeof value !== "object" || value === null) return;
  if (secretMarker in value) return collectSecrets(opened(value), into, true);
  for (const [key, child] of Object.entries(value)) {
    if (!ofFirstContact.has(key)) collectSecrets(child, into, isSecret);
  }
}

const cloudConfig = z.looseObject({
  write_files: z.array(
    z.looseObject({ path: z.string(), content: z.string(), encoding: z.string().optional() }),
  ),
});

/** The document and what is compressed inside it, so that a secret cannot hide there. */
function readable(document: string): string {
  const { write_files } = cloudConfig.parse(parse(document));
  const contents = write_files.map(({ path, content, encoding }) => {
    if (path === packedPath) return Object.values(unpackedFiles({ content })).flat().join("\n");
    return encoding === "gz+b64" ? gunzipSync(Buffer.from(content, "base64")).toString() : content;
  });
  return [document, ...contents].join("\n");
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
    const document = String(opened(inputs?.userData));
    documents.push({ node, bytes: Buffer.byteLength(document) });
    const text = readable(document);
    const found = [...secrets].filter(
      (secret) =>
        text.includes(secret) || text.includes(Buffer.from(secret).toString("base64").slice(0, -4)),
    );
    if (found.length > 0) secretsFound.push(node);
  }
  return { documents, secretsSearched: secrets.size, secretsFound };
}
