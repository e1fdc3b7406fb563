import { z } from "zod";

const server = z.string().min(1);
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const percent = z.number().gt(0).max(100);

/** Shapes of the faults that can be injected; a fault lasts until it is healed unless it says so. */
export const faultShape = z.discriminatedUnion("fault", [
  z.strictObject({
    fault: z.literal("kill"),
    server,
    /** systemd unit whose processes get the signal. Happens once. */
    unit: z.string().regex(/^[\w@.-]+$/),
    signal: z.enum(["KILL", "STOP", "CONT", "TERM"]).default("KILL"),
  }),
  z.strictObject({ fault: z.literal("freeze"), server }),
  z.strictObject({ fault: z.literal("power-off"), server }),
  z.strictObject({
    fault: z.literal("link"),
    server,
    side: z.enum(["public", "private"]),
    /** `in`: towards the server. */
    direction: z.enum(["both", "in", "out"]).default("both"),
    /** Share of packets that is lost. */
    lossPercent: percent.default(100),
    /** Only packets to or from that server; on the private side. */
    peer: server.optional(),
  }),
  z.strictObject({
    fault: z.literal("bandwidth"),
    server,
    side: z.enum(["public", "private"]),
    kbitPerSecond: z.number().int().min(8),
  }),
  z.strictObject({
    /** In place of a bandwidth: a link has one of the two. */
    fault: z.literal("delay"),
    server,
    side: z.enum(["public", "private"]),
    /** Delay of each packet towards the server; needs netem in the kernel. */
    delayMs: z.number().min(0.1).max(10_000),
    jitterMs: z.number().min(0).max(10_000).default(0),
  }),
  z.strictObject({
    fault: z.literal("cpu"),
    server,
    processes: z.number().int().min(1).max(16).default(2),
    seconds: z.number().int().min(1).max(3_600).default(60),
  }),
  z.strictObject({
    fault: z.literal("processor"),
    server,
    /** Unit whose processes get no more than that of one processor. */
    unit: z.string().min(1),
    percent: z.number().int().min(1).max(100),
  }),
  z.strictObject({
    fault: z.literal("disk"),
    server,
    /** Folder on the file system that is filled. */
    path: z.string().startsWith("/"),
    mebibytes: z.number().int().min(1).max(262_144),
  }),
  z.strictObject({
    fault: z.literal("slow-disk"),
    server,
    /** Folder on the disk that gets slow. */
    path: z.string().startsWith("/"),
    /** Most writes a second; a sync takes about three. */
    writesPerSecond: z.number().int().min(1).max(100_000),
  }),
  z.strictObject({
    fault: z.literal("api"),
    /** Beginning of the path below `/v1`, such as `/floating_ips`. @default all */
    path: z.string().startsWith("/").default("/"),
    method: z.enum(["GET", "POST", "PUT", "DELETE"]).optional(),
    /** Answers with that status instead of doing anything. */
    status: z.number().int().min(400).max(599).optional(),
    /** Waits before it answers, milliseconds. */
    latencyMs: z.number().int().min(1).max(120_000).optional(),
    /** Ends the connection without an answer. */
    unreachable: z.boolean().optional(),
    /** Seconds until the rate limit is over; with status 429. */
    resetSeconds: z.number().int().min(1).optional(),
  }),
  z.strictObject({
    fault: z.literal("storage"),
    /** Requests whose key has this in it. @default all */
    key: z.string().default(""),
    method: z.enum(["GET", "HEAD", "PUT", "POST", "DELETE"]).optional(),
    /** Answers with that status instead of doing anything. */
    status: z.number().int().min(400).max(599).optional(),
    /** Waits before it answers, milliseconds. */
    latencyMs: z.number().int().min(1).max(120_000).optional(),
    /** Takes the request and never answers. */
    stalls: z.boolean().optional(),
    /** Refuses to take more once the objects have so many bytes. */
    fullBytes: z.number().int().min(0).optional(),
  }),
  z.strictObject({
    /** Bytes in the middle of an object are others. Happens once. */
    fault: z.literal("corrupt-object"),
    bucket: z.string().min(1),
    key: z.string().min(1),
  }),
  z.strictObject({
    /** No room for more servers of that type. */
    fault: z.literal("sold-out"),
    serverType: z.string().min(1),
    /** Such as `nbg1`. @default everywhere */
    location: z.string().min(1).optional(),
  }),
  z.strictObject({
    fault: z.literal("deprecated"),
    serverType: z.string().min(1),
    /** Such as `nbg1`. @default everywhere */
    location: z.string().min(1).optional(),
    announced: day.default("2026-11-01"),
    /** After that day new servers are refused. */
    unavailableAfter: day,
  }),
  z.strictObject({
    fault: z.literal("price"),
    /** A server type, or `floating_ip`, `primary_ip`, `volume`. */
    item: z.string().min(1),
    /** Net price of a month, EUR; of a volume for each GB. */
    net: z.number().min(0).max(100_000),
  }),
  z.strictObject({
    /** Each project may have so many of a kind. */
    fault: z.literal("quota"),
    kind: z.enum(["servers", "floating_ips", "volumes"]),
    limit: z.number().int().min(0),
  }),
  /** All tokens may read, and nothing else. */
  z.strictObject({ fault: z.literal("read-only") }),
  z.strictObject({
    fault: z.literal("action"),
    /** Actions of that command, such as `assign_floating_ip`, fail or never end. */
    command: z.string().min(1),
    result: z.enum(["fail", "stick"]),
    /** So many of them. */
    times: z.number().int().min(1).default(1),
  }),
]);

/** A fault as it is asked for. */
export type Fault = z.infer<typeof faultShape>;
/** The fault of that name. */
export type FaultOf<Name extends Fault["fault"]> = Extract<Fault, { fault: Name }>;

/** A fault that cannot be injected as it was asked for. */
export class FaultError extends Error {}
