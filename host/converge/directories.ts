/** Directory of converge's state. */
export const stateDirectory = "/var/lib/webstack";
/** Directory of files that a boot removes. */
export const runDirectory = "/run/webstack";
/** Directory of the systemd units of a bundle. */
export const unitDirectory = "/etc/systemd/system";
/** Directory of apt's configuration. */
export const sourcesDirectory = "/etc/apt";
