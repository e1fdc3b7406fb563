import type { Bundle } from "../../services/bundle";

export type * from "../../services/bundle";

/** Input of `apply`. */
export interface Wanted {
  bundle: Bundle;
  /** Contents of secret files by path; other secret files stay as they are on the host. */
  secrets: Record<string, string>;
  /**
   * Id of the run, a few hex digits. The caller confirms a change of login files with this id, over a new
   * connection.
   *
   * @default no confirmation: login files are changed like any other
   */
  confirmation?: string;
}
