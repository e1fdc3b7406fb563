import { Objects } from "../../localcloud/object-storage/objects";
import { storageServers } from "../../localcloud/object-storage/server";
import { StorageFaults } from "../../localcloud/object-storage/storage-faults";
import { secret, target } from "./programs";

/** The object storage of the trial, in this process. */
export async function startStore() {
  const access = {
    buckets: [target.bucket],
    region: target.region,
    writer: { accessKeyId: target.accessKeyId, secretAccessKey: secret },
    keeper: { accessKeyId: "keeper-key", secretAccessKey: "keeper-secret-0123456789" },
  };
  const objects = new Objects("/trial/objects", access.buckets);
  const faults = new StorageFaults();
  const [server] = storageServers({ access, objects, faults, now: () => new Date() }, 1);
  await new Promise<void>((resolve) => server!.listen(9000, "127.0.0.1", resolve));
  return { objects, faults };
}

/** True if an object has that text in clear. */
export function hasText(objects: Objects, text: string): boolean {
  return objects
    .list(target.bucket, "", "")
    .some(({ key }) => objects.content(target.bucket, key).includes(text));
}
