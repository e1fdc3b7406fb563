import { describe, expect, it } from "vitest";
import {
  defaultHaproxyCfg,
  defaultNginxConf,
} from "../../../../scripts/local/proxy-chain/inside/default-chain";

const packaged = `user www-data;
pid /run/nginx.pid;
events {
	worker_connections 768;
}
http {
	access_log /var/log/nginx/access.log;
	include /etc/nginx/conf.d/*.conf;
	include /etc/nginx/sites-enabled/*;
}
`;

describe("the chain of the packages", () => {
  it("keeps the packages' lines, and adds one site", () => {
    const cfg = defaultHaproxyCfg("global\n\tdaemon\n\n");
    expect(cfg).toMatch(/^global\n\tdaemon\n\nfrontend site\n/);
    expect(cfg).toContain("\n  server web-1 127.0.4.11:8090 check\n");
    const conf = defaultNginxConf(packaged, 3101);
    expect(conf).toContain("\taccess_log /var/log/nginx/access.log;\n");
    expect(conf).toContain("proxy_pass http://127.0.0.1:3101;");
    expect(conf).not.toContain("sites-enabled");
    expect(conf.match(/^pid .*/gm)).toEqual(["pid /run/default-nginx.pid;"]);
  });

  it("is refused where a package's file has changed", () => {
    const other = packaged.replace("sites-enabled/*", "sites/*");
    expect(() => defaultNginxConf(other, 3101)).toThrow(/must have the line .*sites-enabled/);
  });
});
