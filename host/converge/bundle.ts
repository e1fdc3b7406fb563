import type { Bundle } from "../../templates/bundle";

export type * from "../../templates/bundle";

/** What one `apply` works on. */
export interface Wanted {
  bundle: Bundle;
  /** Contents of secret files by path; those not named keep what is on the host. */
  secrets: Record<string, string>;
}
