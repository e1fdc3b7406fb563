import { describe, expect, it } from "vitest";
import { bundleUnits, shellUsers, sudoLines, usersWithPassword } from "../../../scripts/audit/read";

describe("the units of a bundle", () => {
  const manifest = JSON.stringify({
    files: [
      "/etc/systemd/system/webstack-base.service",
      "/etc/systemd/system/webstack-base.timer",
      "/etc/systemd/system/app@.service",
      "/etc/systemd/system/nginx.service.d/webstack.conf",
      "/etc/nginx/nginx.conf",
    ],
    services: [
      { unit: "app@1.service" },
      { unit: "nginx.service" },
      { unit: "webstack-base.timer" },
    ],
  });

  it("are the services that run, and those that a timer starts; no templates, no drop-ins", () => {
    expect(bundleUnits(manifest)).toEqual([
      "app@1.service",
      "nginx.service",
      "webstack-base.service",
    ]);
  });

  it("are none before the first configuration", () => {
    expect(bundleUnits("")).toEqual([]);
  });
});

it("a user has a shell unless it is one that ends at once", () => {
  const passwd =
    "root:x:0:0:root:/root:/bin/bash\nmysql:x:1:1::/nonexistent:/bin/false\nx:x:2:2::/:/usr/sbin/nologin\nsync:x:4:65534::/bin:/bin/sync\n";
  expect(shellUsers(passwd)).toEqual(["root"]);
});

it("a user has a password unless it is locked; an empty one counts", () => {
  expect(
    usersWithPassword("root:*:1::::::\na:!$y$x:1::::::\nb:$y$x:1::::::\nc::1::::::\n"),
  ).toEqual(["b", "c"]);
});

it("sudo's files grant what their lines say, continued ones as one", () => {
  const text =
    "# comment\nDefaults env_reset\nUser_Alias A = b\n@includedir /etc/sudoers.d\nann ALL=(ALL) \\\n  NOPASSWD:ALL\n";
  expect(sudoLines(text)).toEqual(["ann ALL=(ALL) NOPASSWD:ALL"]);
});
