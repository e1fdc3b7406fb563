import type { Bundle } from "../../services/bundle";

export type * from "../../services/bundle";

/** What one `apply` works on. */
export interface Wanted {
  bundle: Bundle;
  /** Contents of secret files by path; those not named keep what is on the host. */
  secrets: Record<string, string>;
}
