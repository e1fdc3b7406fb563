import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the stub answers for the state of a proof. */
type Proof = "valid" | "invalid";

/**
 * An authority for tests of orders: it verifies no signature, and issues what it is asked for once a challenge is
 * declared complete.
 */
export class AuthorityStub {
  /** Payloads of the new orders, in order. */
  readonly orders: Record<string, unknown>[] = [];
  /** Types of the challenges that were declared complete. */
  readonly completed: string[] = [];
  /** Refusal of the next new order: status, detail, and the wait that it demands. */
  refusal: { status: number; detail: string; retryAfter?: string } | undefined;
  /** Number of orders that were finalized. */
  finalized = 0;
  /** Runs at each new order. */
  onOrder: () => void = () => undefined;
  /** Result of each proof. */
  proof: Proof = "valid";
  /** Runs when a challenge is declared complete, before the answer. */
  onComplete: (type: string) => void | Promise<void> = () => undefined;
  readonly token = randomBytes(16).toString("base64url");
  private readonly folder = mkdtempSync(join(tmpdir(), "authority-stub-"));
  private base = "";
  private state: "pending" | Proof = "pending";
  private chain = "";

  private constructor(private readonly server: Server) {}

  static async start(): Promise<AuthorityStub> {
    const server = createServer();
    const stub = new AuthorityStub(server);
    server.on("request", (request: IncomingMessage, response) => {
      void stub.answer(request).then(({ status = 200, body, location, type, retryAfter }) => {
        response.writeHead(status, {
          "content-type": type ?? "application/json",
          "replay-nonce": randomBytes(8).toString("hex"),
          ...(location === undefined ? {} : { location }),
          ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
        });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stub.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return stub;
  }

  get directory(): string {
    return `${this.base}/directory`;
  }

  /** Digest of the proof by DNS-01. Source: RFC 8555, 8.4. */
  dnsValue(thumbprint: string): string {
    return createHash("sha256").update(`${this.token}.${thumbprint}`).digest("base64url");
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answer(request: IncomingMessage): Promise<{
    status?: number;
    body: unknown;
    location?: string;
    type?: string;
    retryAfter?: string | undefined;
  }> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const signed = (text === "" ? {} : JSON.parse(text)) as { payload?: string };
    const decoded = Buffer.from(signed.payload ?? "", "base64url").toString();
    const payload = (decoded === "" ? {} : JSON.parse(decoded)) as Record<string, unknown>;
    const path = request.url!.slice(1);
    if (path === "elsewhere") return { status: 404, body: "nothing" };
    if (path === "directory") {
      const names = ["newNonce", "newAccount", "newOrder"];
      return { body: Object.fromEntries(names.map((name) => [name, `${this.base}/${name}`])) };
    }
    if (path === "newAccount") {
      return { status: 201, location: `${this.base}/account`, body: { status: "valid" } };
    }
    if (path === "newOrder") return this.newOrder(payload);
    if (path === "authorization") return { body: this.authorization() };
    if (path.startsWith("challenge/")) return { body: await this.challenge(path, decoded) };
    if (path === "finalize") this.issue(payload.csr as string);
    if (path === "finalize") this.finalized++;
    if (path === "certificate")
      return { body: this.chain, type: "application/pem-certificate-chain" };
    return { body: path === "newNonce" ? "" : this.order() };
  }

  private newOrder(payload: Record<string, unknown>) {
    this.orders.push(payload);
    this.onOrder();
    this.state = "pending";
    this.chain = "";
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) {
      const { status, detail, retryAfter } = refusal;
      return { status, body: { detail }, retryAfter };
    }
    return { status: 201, location: `${this.base}/order`, body: this.order() };
  }

  private order(): object {
    const issued = this.chain !== "";
    return {
      status: issued ? "valid" : this.state === "valid" ? "ready" : this.state,
      identifiers: this.orders.at(-1)?.identifiers,
      authorizations: [`${this.base}/authorization`],
      finalize: `${this.base}/finalize`,
      ...(issued ? { certificate: `${this.base}/certificate` } : {}),
    };
  }

  private authorization(): object {
    const [{ value }] = this.orders.at(-1)!.identifiers as [{ value: string }];
    const isWildcard = value.startsWith("*.");
    return {
      status: this.state,
      identifier: { type: "dns", value: value.replace(/^\*\./, "") },
      ...(isWildcard ? { wildcard: true } : {}),
      challenges: (isWildcard ? ["dns-01"] : ["http-01", "dns-01"]).map((type) =>
        this.proofOf(type),
      ),
    };
  }

  private proofOf(type: string): object {
    const error = this.state === "invalid" ? { error: { detail: "no such record" } } : {};
    const url = `${this.base}/challenge/${type}`;
    return { type, url, token: this.token, status: this.state, ...error };
  }

  private async challenge(path: string, payload: string): Promise<object> {
    const type = path.replace("challenge/", "");
    // A request without a payload only reads the challenge.
    if (payload !== "") {
      this.completed.push(type);
      await this.onComplete(type);
      this.state = this.proof;
    }
    return this.proofOf(type);
  }

  private issue(csr: string): void {
    const file = (name: string) => join(this.folder, name);
    writeFileSync(file("csr.der"), Buffer.from(csr, "base64url"));
    const run = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
    const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(" ");
    const own = ["-keyout", file("key.pem"), "-out", file("root.pem")];
    run("req", "-x509", ...key, "-subj", "/CN=stub", ...own);
    const authority = ["-CA", file("root.pem"), "-CAkey", file("key.pem"), "-days", "90"];
    const made = ["-inform", "DER", "-in", file("csr.der"), "-out", file("cert.pem")];
    run("x509", "-req", ...made, ...authority, "-copy_extensions", "copy");
    this.chain = readFileSync(file("cert.pem"), "utf8");
  }
}
