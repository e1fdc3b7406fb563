import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dumpRequest, type Status } from "../../host/archiver/status";
import { S3Store } from "../../host/archiver/store/s3";
import { Objects } from "../../localcloud/object-storage/objects";
import { storageServers } from "../../localcloud/object-storage/object-storage";
import { StorageFaults } from "../../localcloud/object-storage/storage-faults";
import { idsOf, Instance, mysqlIds, until } from "./instance";

/** Where the object storage of the trial is. */
export const target = {
  endpoint: "http://127.0.0.1:9000",
  bucket: "backups",
  region: "local",
  accessKeyId: "writer-key",
};
export const secret = "writer-secret-0123456789";
export const root = "webstack-trial";

/** The programs of a database node of the trial, each under its own user. */
export class Node {
  archiver: ChildProcess | undefined;
  private readonly run: string;
  private readonly env: Record<string, string>;
  private readonly archiverIds = idsOf("webstack-archiver");

  constructor(
    readonly instance: Instance,
    nodes: readonly Instance[],
    publicKey: string,
    private readonly programs: string,
  ) {
    const { folder, name, socket } = instance;
    this.run = `/trial/run/${name}`;
    const settings = `${this.run}.json`;
    mkdirSync(this.run, { recursive: true });
    mkdirSync(`${this.run}.credentials`, { recursive: true });
    const members = nodes.map((one) => ({ name: one.name, privateIp: one.address }));
    const config = { node: name, nodes: members, root, target, publicKey, dumpOn: "off" };
    writeFileSync(settings, JSON.stringify(config));
    writeFileSync(`${this.run}.credentials/secret`, secret);
    execFileSync("chown", ["-R", "webstack-archiver", this.run, `${this.run}.credentials`]);
    mkdirSync(`/trial/base/${name}`, { recursive: true });
    execFileSync("chown", ["mysql:mysql", "/trial/base", `/trial/base/${name}`]);
    this.env = {
      PATH: "/usr/bin:/usr/sbin",
      WEBSTACK_MYSQL_SOCKET: socket,
      WEBSTACK_ARCHIVER_SETTINGS: settings,
      WEBSTACK_ARCHIVER_RUN: this.run,
      WEBSTACK_BASE_FOLDER: `/trial/base/${name}/copy`,
      WEBSTACK_DATA_FOLDER: `${folder}/data`,
      CREDENTIALS_DIRECTORY: `${this.run}.credentials`,
    };
  }

  startArchiver(): void {
    const log = openSync(`${this.run}.log`, "a");
    this.archiver = spawn("/usr/bin/node", [`${this.programs}/archiver.js`], {
      ...this.archiverIds,
      env: this.env,
      stdio: ["ignore", log, log],
    });
  }

  async stopArchiver(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { archiver } = this;
    this.archiver = undefined;
    if (!archiver || archiver.exitCode !== null || archiver.signalCode !== null) return;
    const closed = once(archiver, "close");
    archiver.kill("SIGCONT");
    archiver.kill(signal);
    await closed;
  }

  status(): Status | undefined {
    try {
      return JSON.parse(readFileSync(`${this.run}/status.json`, "utf8")) as Status;
    } catch {
      return undefined;
    }
  }

  /** Asks for a dump with the next base, as `db:backup -- --dump` does. */
  requestDump(): void {
    writeFileSync(`${this.run}/${dumpRequest}`, "");
  }

  /**
   * Takes a base as the units do.
   *
   * @param look is called with the folder of the copy before the upload.
   * @throws Error if one of the programs fails.
   */
  async takeBase(look: (folder: string) => void = () => undefined): Promise<void> {
    await this.program("base-copy", mysqlIds);
    look(this.env.WEBSTACK_BASE_FOLDER!);
    // As with SupplementaryGroups=mysql.
    const groups = ["--reuid=webstack-archiver", "--regid=webstack-archiver", "--groups=mysql"];
    await this.program("base-upload", {}, ["/usr/bin/setpriv", ...groups]);
    execFileSync("rm", ["-rf", this.env.WEBSTACK_BASE_FOLDER!, `${this.run}/${dumpRequest}`]);
  }

  private async program(name: string, ids: object, prefix: string[] = []): Promise<void> {
    const log = openSync(`${this.run}.log`, "a");
    const [command, ...words] = [...prefix, "/usr/bin/node", `${this.programs}/${name}.js`];
    const child = spawn(command!, words, { ...ids, env: this.env, stdio: ["ignore", log, log] });
    const [status] = (await once(child, "close")) as [number];
    if (status !== 0) throw new Error(`${name} ended with ${status}; see ${this.run}.log`);
  }
}

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

/** Starts a new MySQL as the only member and primary, with an archiver that archives. */
export async function startOnlyNode(
  publicKey: string,
  programs: string,
): Promise<{ primary: Instance; node: Node }> {
  const primary = new Instance(1, 1);
  primary.initialize();
  await primary.start();
  const node = new Node(primary, [primary], publicKey, programs);
  node.startArchiver();
  await until("the archive", () => node.status()?.active === true, 60);
  return { primary, node };
}
