/** Directory of converge's own records. */
export const stateDirectory = "/var/lib/webstack";
/** Directory of what need not outlive a boot. */
export const runDirectory = "/run/webstack";
/** Directory of the units that a bundle brings. */
export const unitDirectory = "/etc/systemd/system";
/** Directory of what the package manager knows of places where packages are. */
export const sourcesDirectory = "/etc/apt";
