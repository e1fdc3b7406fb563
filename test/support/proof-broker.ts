import { DnsChallenge } from "../../host/acme/dns-challenge";
import { PendingChallenges } from "../../host/acme/challenges";
import type { waitForRecord } from "../../host/acme/visible-record";
import type { ApiFailure } from "../../host/cloud-api/failure";

/** A broker with one zone, `example.com`, for tests of proofs by DNS. */
export class ProofBroker {
  /** Values in the zone: those that were added here, and those of another node. */
  records: string[] = [];
  foreign: string[] = [];
  /** Bodies of the requests, and what the client keeps for its next start. */
  readonly asked: object[] = [];
  saved: Record<string, string> = {};
  delegation = "valid";
  /** Refusal of each request. */
  refusal: ApiFailure | undefined;
  /** What the client asked name servers for. */
  seen: unknown[] = [];
  /** The client's clock, milliseconds. */
  nowMs = 0;

  /** A client of this broker. @param visible stands for the wait for the name servers. */
  proof(visible: () => Promise<string | void> = () => Promise.resolve()): DnsChallenge {
    const open = new PendingChallenges(this.saved, (now) => (this.saved = { ...now }));
    const wait: typeof waitForRecord = (...args) => {
      this.seen = args;
      return visible().then((silent) => silent ?? undefined);
    };
    return new DnsChallenge(this, open, wait, () => this.nowMs);
  }

  call(_method: string, path: string, body?: object): Promise<unknown> {
    if (path !== "challenge") return Promise.reject(new Error(`unknown path ${path}`));
    this.asked.push(body!);
    const { verb, value } = body as { verb: string; value: string };
    if (this.refusal) return Promise.reject(this.refusal);
    if (verb === "find") {
      const proofs = [...this.records, ...this.foreign];
      const zone = { zone: "example.com", nameservers: ["ns.example"] };
      return Promise.resolve({ ...zone, delegation: this.delegation, proofs });
    }
    this.records = this.records.filter((one) => one !== value);
    this.foreign = this.foreign.filter((one) => one !== value);
    if (verb === "add") this.records.push(value);
    return Promise.resolve({});
  }
}
