import type { Context, Hono } from "hono";
import type { Clock } from "../clock";
import type { Freshness } from "../database/freshness";
import type { Lifecycle } from "../lifecycle";
import type { Log } from "../log";
import type { Passwords } from "../passwords";
import type { Signer } from "../signing";
import type { Account, Store } from "../store";
import type { StaticFiles } from "./static-files";

/** What the routes work with. */
export interface Services {
  store: Store;
  passwords: Passwords;
  signer: Signer;
  lifecycle: Lifecycle;
  files: StaticFiles;
  clock: Clock;
  log: Log;
  /** Makes an idempotency key that nobody else has. */
  newKey: () => string;
  /** Name of this server, such as `app-1`. */
  nodeName: string;
  /** Which process of this server it is, such as its process id. */
  processName: string;
}

/** Which servers a request passed; `-` = unknown. */
export interface Route {
  /** Load balancer, such as `lb-1`. */
  lb: string;
  /** Web server, such as `web-2`. */
  web: string;
  /** App server, such as `app-1`. */
  app: string;
  /** Database server that was read or written, such as `db-3`. */
  db: string;
}

/** Types of the values that travel with a request. */
export interface Env {
  Variables: {
    services: Services;
    route: Route;
    account: Account | undefined;
    fresh: Freshness | undefined;
  };
}

/** A request and its answer. */
export type Ctx = Context<Env>;

/** A set of routes. */
export type Routes = Hono<Env>;
