import { program } from "./program";

/** Outputs of the stack: URL, addresses, nodes, how to log in. */
export = program();
