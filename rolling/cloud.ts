import { z } from "zod";
import { cloudAct, cloudCall, type CloudProject } from "./cloud-api";

const serverShape = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  server_type: z.object({ name: z.string() }),
  public_net: z.object({ ipv4: z.object({ ip: z.string() }).nullable() }),
});
const typeShape = z.object({
  name: z.string(),
  architecture: z.string(),
  disk: z.number(),
  memory: z.number(),
  // An API from before 2025 has the locations only with the prices.
  locations: z.array(z.object({ name: z.string() })).optional(),
  prices: z.array(z.object({ location: z.string() })),
});

/** A server, as the API reports it now. */
export interface CloudServer {
  id: number;
  name: string;
  /** Status, such as `running` or `off`. */
  status: string;
  /** Name of the server type. */
  type: string;
  /** Public IPv4 address, if any. */
  publicIp: string | undefined;
}

/** A server type. */
export interface CloudType {
  name: string;
  /** `x86` or `arm`. */
  architecture: string;
  diskGb: number;
  memoryGib: number;
  /** Names of the locations that offer the type. */
  locations: string[];
}

/** The operations on a stack's cloud that a resize needs. */
export interface Cloud {
  /** All servers of the stack. */
  servers(): Promise<CloudServer[]>;
  /** The type with a name; undefined if it does not exist. */
  type(name: string): Promise<CloudType | undefined>;
  /** Starts a server; resolves once it runs. */
  powerOn(id: number): Promise<void>;
}

/** Servers on one page of a list: the API's maximum. */
const perPage = 50;

/**
 * The cloud of a project.
 *
 * @param selector labels of the stack's servers, such as `project=webstack,stack=dev`.
 */
export function cloudOf(project: CloudProject, selector: string): Cloud {
  return {
    servers: async () => {
      const found: CloudServer[] = [];
      for (let page = 1; ; page++) {
        const query = `label_selector=${encodeURIComponent(selector)}&per_page=${perPage}&page=${page}`;
        const answer = await cloudCall(project, "GET", `/servers?${query}`);
        const { servers } = z.object({ servers: z.array(serverShape) }).parse(answer);
        found.push(...servers.map(serverOf));
        if (servers.length < perPage) return found;
      }
    },
    type: async (name) => {
      const path = `/server_types?name=${encodeURIComponent(name)}`;
      const answer = await cloudCall(project, "GET", path);
      const { server_types } = z.object({ server_types: z.array(typeShape) }).parse(answer);
      return server_types[0] && typeOf(server_types[0]);
    },
    powerOn: async (id) => {
      await cloudAct(project, "POST", `/servers/${id}/actions/poweron`);
    },
  };
}

function serverOf(wire: z.infer<typeof serverShape>): CloudServer {
  const { id, name, status, server_type, public_net } = wire;
  return { id, name, status, type: server_type.name, publicIp: public_net.ipv4?.ip };
}

function typeOf(wire: z.infer<typeof typeShape>): CloudType {
  const { name, architecture, disk, memory, locations, prices } = wire;
  const places = locations?.map((place) => place.name) ?? prices.map(({ location }) => location);
  return { name, architecture, diskGb: disk, memoryGib: memory, locations: places };
}
