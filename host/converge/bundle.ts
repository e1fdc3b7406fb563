import type { Bundle } from "../../services/bundle";

export type * from "../../services/bundle";

/** What one `apply` works on. */
export interface Wanted {
  bundle: Bundle;
  /** Contents of secret files by path; those not named keep what is on the host. */
  secrets: Record<string, string>;
  /**
   * Name of the run, a few hex digits: who started it confirms under it, over a new connection, a
   * change of who can log in.
   *
   * @default nobody confirms, and such a change is one like any other
   */
  confirmation?: string;
}
