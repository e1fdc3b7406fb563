import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { S3Store } from "../../host/archiver/store/s3";
import { Objects } from "../../localcloud/object-storage/objects";
import { storageServers } from "../../localcloud/object-storage/object-storage";
import { StorageFaults } from "../../localcloud/object-storage/storage-faults";
import { secret, target } from "./programs";

/** Makes the system users and the keys of a trial, and starts its object storage. */
export async function openTrial() {
  execFileSync("useradd", ["--system", "--user-group", "webstack-archiver"]);
  execFileSync("useradd", ["--system", "--user-group", "webstack-supervisor"]);
  mkdirSync("/trial/run", { recursive: true });
  execFileSync("sh", ["-c", "age-keygen -o /trial/identity 2>/dev/null"]);
  const publicKey = execFileSync("age-keygen", ["-y", "/trial/identity"], {
    encoding: "utf8",
  }).trim();
  const store = new S3Store({ ...target, secretAccessKey: secret }, () => new Date());
  return { publicKey, store, ...(await startStore()) };
}

/** An object storage of the trial, in this process: that of the archiver, unless another place is named. */
export async function startStore(folder = "/trial/objects", port = 9000) {
  const access = {
    buckets: [target.bucket],
    region: target.region,
    writer: { accessKeyId: target.accessKeyId, secretAccessKey: secret },
    keeper: { accessKeyId: "keeper-key", secretAccessKey: "keeper-secret-0123456789" },
  };
  const objects = new Objects(folder, access.buckets);
  const faults = new StorageFaults();
  const [server] = storageServers({ access, objects, faults, now: () => new Date() }, 1);
  await new Promise<void>((resolve) => server!.listen(port, "127.0.0.1", resolve));
  return { objects, faults };
}

/** True if an object has that text in clear. */
export function hasText(objects: Objects, text: string): boolean {
  return objects
    .list(target.bucket, "", "")
    .some(({ key }) => objects.content(target.bucket, key).includes(text));
}
