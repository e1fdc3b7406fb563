import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import {
  packedPath,
  unpackedFiles,
  type WrittenFile,
} from "../../services/first-boot/packed-files";
import { type Registration, secretValue } from "./record";

/** The user data of a server: a secret as a whole, because of the key of the first contact. */
export function userDataOf({ inputs }: Registration): string {
  return secretValue(inputs.userData) as string;
}

/** The files that a cloud-config writes, by path, unpacked. */
export function writtenFiles(userData: string): Record<string, string> {
  const { write_files: files } = parse(userData, { version: "1.1" }) as {
    write_files: WrittenFile[];
  };
  const packed = files.find(({ path }) => path === packedPath);
  const others = files.filter((file) => file !== packed);
  return {
    ...Object.fromEntries(others.map((file) => [file.path, unpacked(file)])),
    ...(packed ? contentsOf(packed) : {}),
  };
}

function contentsOf(packed: WrittenFile): Record<string, string> {
  const files = Object.entries(unpackedFiles(packed));
  return Object.fromEntries(files.map(([path, [content]]) => [path, content]));
}

function unpacked({ content, encoding }: WrittenFile): string {
  return encoding ? gunzipSync(Buffer.from(content, "base64")).toString() : content;
}
