import { createHash } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { SshKey } from "../model";
import { bodyOf, labelsShape, type Env } from "../request";
import { familyRoutes, stored } from "./family";

const createShape = z.object({
  name: z.string().min(1),
  public_key: z.string().min(1),
  labels: labelsShape.optional(),
});

/** Colon-separated MD5 of the key's data. @throws ApiError if the text is no OpenSSH public key. */
function fingerprint(publicKey: string): string {
  const [type = "", data = ""] = publicKey.trim().split(/\s+/);
  const decoded = Buffer.from(data, "base64");
  const length = decoded.length >= 4 ? decoded.readUInt32BE(0) : 0;
  if (decoded.subarray(4, 4 + length).toString() !== type || type === "") {
    throw invalidInput({ name: "public_key", message: "public key is not valid" });
  }
  return createHash("md5")
    .update(decoded)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");
}

function toWire({ id, name, fingerprint, publicKey, labels, created }: SshKey): object {
  return { id, name, fingerprint, public_key: publicKey, labels, created };
}

/** SSH keys. https://docs.hetzner.cloud/reference/cloud#ssh-keys */
export function sshKeyRoutes(cloud: Cloud): Hono<Env> {
  const routes = familyRoutes(cloud, {
    kind: "ssh_keys",
    toWire,
    filters: { fingerprint: (key) => key.fingerprint },
  });
  routes.post("/ssh_keys", async (call) => {
    const body = await bodyOf(call, createShape);
    const print = fingerprint(body.public_key);
    if (cloud.store.of("ssh_keys", call.get("project")).some((key) => key.fingerprint === print)) {
      throw new ApiError("uniqueness_error", "SSH key with the same fingerprint already exists", {
        fields: [{ name: "public_key" }],
      });
    }
    const key: SshKey = {
      ...stored(cloud, call, body.name, body.labels),
      publicKey: body.public_key,
      fingerprint: print,
    };
    cloud.store.add("ssh_keys", key);
    return call.json({ ssh_key: toWire(key) }, 201);
  });
  return routes;
}
