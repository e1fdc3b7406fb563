import { Resolver } from "node:dns/promises";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import {
  type Addresses,
  type PublishedZone,
  saveAddresses,
  saveZones,
} from "../../names/published";
import { type DnsServer, serveDns } from "../../names/serve-dns";
import { worldNames } from "../../names/world-names";
import { askedByUdp, query, type Seen } from "./dns-query";

/** Address of the name servers of all zones. */
export const nameserver = "198.18.2.2";

/** Sets of a zone: name, type, TTL and values. */
export type Sets = [name: string, type: string, ttl: number | null, ...values: string[]][];

/** A zone as it is published. */
export function zone(name: string, sets: Sets, more: Partial<PublishedZone> = {}): PublishedZone {
  const rrsets = sets.map(([of, type, ttl, ...values]) => ({
    ...{ name: of, type, ttl },
    records: values.map((value) => ({ value })),
  }));
  return { name, mode: "primary", ttl: 7_200, serial: 7, rrsets, ...more };
}

/** An error of the resolver with a code. */
export const refusal = (code: string) => expect.objectContaining({ code }) as object;

/** A server of names on loopback, and a resolver that asks it. */
export class TestNames {
  private constructor(
    private readonly state: string,
    private readonly server: DnsServer,
    readonly resolver: Resolver,
  ) {}

  static async start(): Promise<TestNames> {
    const state = mkdtempSync(join(tmpdir(), "names-"));
    const server = await serveDns("127.0.0.1", 0, worldNames(state, nameserver));
    const resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.port}`]);
    return new TestNames(state, server, resolver);
  }

  get port(): number {
    return this.server.port;
  }

  zones(...zones: PublishedZone[]): void {
    saveZones(this.state, zones);
  }

  addresses(addresses: Addresses): void {
    saveAddresses(this.state, addresses);
  }

  ask(name: string, type: number): Promise<Seen> {
    return askedByUdp(this.port, query(name, type));
  }

  stop(): void {
    this.server.close();
  }
}
