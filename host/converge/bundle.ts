/** The bundle as converge reads it; the same shape as `templates/bundle.ts` renders. */
export interface FileAttributes {
  owner: string;
  group: string;
  mode: string;
}

/** A file with its text. */
export interface BundleFile extends FileAttributes {
  content: string;
}

/** A check of staged files. */
export interface BundleCheck {
  files: string[];
  command: string[];
  needs?: string[];
}

/** A unit to run. */
export interface BundleService {
  unit: string;
  reloadFiles: string[];
  restartFiles: string[];
  needs: string[];
  startTimeoutSeconds?: number;
  health?: { http?: string; socket?: string; command?: string[]; timeoutSeconds: number };
}

/** The application's release. */
export interface BundleRelease {
  digest: string;
  url?: string;
  root: string;
  keep: number;
}

/** A server's whole state without its secrets. */
export interface Bundle {
  node: string;
  role: string;
  packages: string[];
  users: { name: string; home: string }[];
  directories: Record<string, FileAttributes>;
  files: Record<string, BundleFile>;
  secretFiles: Record<string, FileAttributes>;
  checks: BundleCheck[];
  services: BundleService[];
  release?: BundleRelease;
}

/** What one `apply` works on. */
export interface Wanted {
  bundle: Bundle;
  /** Contents of secret files by path; those not named keep what is on the host. */
  secrets: Record<string, string>;
}
