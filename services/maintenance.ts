/** File that puts a web or app node into maintenance while it exists; a reboot keeps it, a new server lacks it. */
export const maintenancePath = "/var/lib/webstack-maintenance";

/**
 * Line of `[Unit]` that keeps a unit off during maintenance, whoever starts it: the start then does nothing and succeeds,
 * and a restart only stops the unit. Seen with systemd 252.
 *
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#Conditions%20and%20Asserts
 */
export const unlessInMaintenance = `ConditionPathExists=!${maintenancePath}`;
