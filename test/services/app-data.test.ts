import { describe, expect, it } from "vitest";
import { appNode, busyAppNode } from "./rendered";

const units = "/etc/systemd/system";
const { files, services } = busyAppNode();
const names = services.map(({ unit }) => unit);

describe("a directory of the release that outlives it", () => {
  it.each(["app@", "webstack-migrate", "worker-mail@", "worker-clock@", "cron-report"])(
    "is the same for %s.service",
    (name) => {
      const unit = files[`${units}/${name}.service`]!.content;
      expect(unit).toContain("BindPaths=/var/lib/app/data:/srv/app/current/content\n");
      // STATE_DIRECTORY is one path.
      expect(unit).toContain("StateDirectory=app\n");
    },
  );

  it("is filled by a new release before anything of it starts, and only with what is not there", () => {
    const fill = services.find(({ unit }) => unit === "webstack-app-data.service")!;
    expect(fill.restartFiles).toContain("/srv/app/current");
    expect(names.indexOf(fill.unit)).toBeLessThan(names.indexOf("webstack-migrate.service"));
    const unit = files[`${units}/webstack-app-data.service`]!.content;
    expect(unit).toContain("cp -R --update=none /srv/app/current/content/. /var/lib/app/data/");
    expect(unit).not.toContain("BindPaths");
    expect(unit).toContain("User=app\n");
    expect(unit).toContain("StateDirectory=app app/data\n");
  });

  it("is none if nobody asks for one", () => {
    const texts = Object.values(appNode().files).map(({ content }) => content);
    expect(texts.join()).not.toMatch(/BindPaths|app\/data/);
  });
});

describe("packages that the app needs", () => {
  it("come besides those of its node", () => {
    expect(busyAppNode().packages).toContain("imagemagick");
    expect(appNode().packages).not.toContain("imagemagick");
  });
});
