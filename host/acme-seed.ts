import { credential, readConfig } from "./acme/config";
import { storeSeed } from "./acme/seed";
import { Store } from "./acme/store";

/** Runs before each start of the ACME client of a stack whose stack file has a certificate besides. */
const config = readConfig(process.argv[2] ?? "/etc/webstack/acme.json");
storeSeed(new Store(config.store), config.domains, credential("seed"), Date.now());
