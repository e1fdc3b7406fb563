import { describe, expect, it } from "vitest";
import { appNode, contentOf, loadBalancer, webNode } from "./rendered";
import { databaseNode } from "./rendered-database";

const [lb, web] = [loadBalancer(), webNode()];
const nginx = contentOf(web, "/etc/nginx/nginx.conf");
const rotation = contentOf(web, "/etc/webstack/nginx-logrotate.conf");
const unit = contentOf(web, "/etc/systemd/system/webstack-nginx-logs.service");

describe("Nginx's log", () => {
  it("has at most the first 1024 characters of a request line, which a visitor chooses", () => {
    const [, pattern, value] = /^\s*"~(.*)" "(.*)";$/m.exec(nginx)!;
    const logged = (line: string) => {
      const match = new RegExp(pattern!).exec(line);
      return match ? value!.replace("$request_head", match.groups!.request_head!) : line;
    };
    expect(logged("a".repeat(1024))).toBe("a".repeat(1024));
    expect(logged("a".repeat(8192))).toBe(`${"a".repeat(1024)}...`);
    const [, format] = /log_format stack '(.*)';/.exec(nginx)!;
    expect(format).toContain('"$logged_request"');
    expect(format).not.toMatch(/\$request\b(?!_)/);
  });

  it("is rotated by its size, each minute", () => {
    expect(rotation).toMatch(/^\s*size 200M$/m);
    expect(rotation).toMatch(/^\s*rotate 10$/m);
    expect(web.services.map((service) => service.unit)).toContain("webstack-nginx-logs.timer");
    const timer = contentOf(web, "/etc/systemd/system/webstack-nginx-logs.timer");
    expect(timer).toMatch(/^OnCalendar=minutely$/m);
  });

  it("is rotated by the distribution's logrotate, with a file outside of the package's folder", () => {
    expect(web.packages).toContain("logrotate");
    const ours = Object.keys(web.files).filter((path) => path.startsWith("/etc/logrotate.d"));
    expect(ours).toEqual([]);
  });

  it("is rotated on a full disk: nothing is compressed, and no state is written", () => {
    expect(rotation).toMatch(/^\s*nocompress$/m);
    expect(unit).toContain("logrotate --state /dev/null ");
  });

  it("is not rotated while the package's daily rotation runs, nor the other way round", () => {
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/flock --wait \d+ \/var\/lib\/logrotate\/status /m);
    expect(unit).toMatch(/^Before=logrotate.service$/m);
    // logrotate takes no lock on a file that everyone reads.
    expect(unit).toMatch(/^UMask=0027$/m);
  });
});

describe("the journal", () => {
  it("gets failed requests alone at the load balancers: all would soon push the rest out", () => {
    const [, defaults] = /^defaults\n([^]*?)\n\n/m.exec(contentOf(lb, "/etc/haproxy/haproxy.cfg"))!;
    expect(defaults).toMatch(/^\s*option dontlog-normal$/m);
  });

  it.each([lb, web, appNode(), databaseNode()].map((bundle) => [bundle.node, bundle] as const))(
    "of %s is bounded, and rsyslog does not write it again",
    (_, bundle) => {
      const journal = contentOf(bundle, "/etc/systemd/journald.conf.d/webstack.conf");
      expect(journal).toMatch(/^SystemMaxUse=500M$/m);
      expect(journal).toMatch(/^ForwardToSyslog=no$/m);
    },
  );
});
