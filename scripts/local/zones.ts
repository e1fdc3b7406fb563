import { Resolver } from "node:dns/promises";
import { worldAddress } from "../../localcloud/machines/names";
import { cloudDelete, cloudGet, cloudPost } from "./cloud";

/** Longest wait for an answer of the local cloud's name server, milliseconds. */
const answerMs = 3_000;
/** Seconds for which resolvers may keep a record. */
const ttl = 60;

/** Changes of the records of a zone that its API has counted. */
export interface ZoneChanges {
  added: number;
  removed: number;
}

/** A DNS zone of the local cloud, whose every name leads to one address. */
export class LocalZone {
  private constructor(
    readonly name: string,
    private readonly id: number,
  ) {}

  /** Creates the zone in place of one that a killed run has left. */
  static async create(name: string, ipv4: string): Promise<LocalZone> {
    await cloudDelete(`/zones/${name}`);
    await cloudPost("/zones", { name, mode: "primary" });
    const records = [{ value: ipv4 }];
    await cloudPost(`/zones/${name}/rrsets`, { name: "*", type: "A", ttl, records });
    const { zone } = await cloudGet<{ zone: { id: number } }>(`/zones/${name}`);
    return new LocalZone(name, zone.id);
  }

  /** Deletes the zone. */
  delete(): Promise<void> {
    return cloudDelete(`/zones/${this.id}`);
  }

  /** Names of the TXT records that the zone has now. */
  async textNames(): Promise<string[]> {
    const path = `/zones/${this.id}/rrsets?type=TXT`;
    const { rrsets } = await cloudGet<{ rrsets: { name: string }[] }>(path);
    return rrsets.map(({ name }) => name);
  }

  /** The newest 50 changes of single records since the zone was created. */
  async changes(): Promise<ZoneChanges> {
    const path = `/zones/${this.id}/actions?per_page=50&sort=id:desc`;
    const { actions } = await cloudGet<{ actions: { command: string }[] }>(path);
    const count = (wanted: string) => actions.filter(({ command }) => command === wanted).length;
    return { added: count("add_rrset_records"), removed: count("remove_rrset_records") };
  }

  /** IPv4 addresses of a name, as the local cloud's name server answers. @throws Error if it has none. */
  addresses(name: string): Promise<string[]> {
    const resolver = new Resolver({ timeout: answerMs, tries: 2 });
    resolver.setServers([worldAddress]);
    return resolver.resolve4(name);
  }
}
