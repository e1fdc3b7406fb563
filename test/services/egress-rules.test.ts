import { describe, expect, it } from "vitest";
import { apiRelay } from "../../services/api-relay/service";
import { firstPackages } from "../../services/first-boot/first-packages";
import { contentOf } from "./rendered";
import { egress, gatewayBalancer, privateNode } from "./rendered-egress";

describe("the gateway", () => {
  const rules = contentOf(gatewayBalancer(), "/etc/webstack/egress.nft");

  it("drops what is not a node's way out or its response", () => {
    expect(rules).toContain("hook forward priority filter; policy drop;");
    const accepted = rules.split("\n").filter((line) => line.endsWith(" accept"));
    expect(accepted).toHaveLength(1);
    expect(accepted[0]).toContain(
      "ip saddr { 10.0.2.0/24, 10.0.3.0/24, 10.0.4.0/24 } ip daddr != {",
    );
  });

  it.each(["10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])(
    "leads nobody to %s",
    (block) => {
      for (const line of rules.split("\n").filter((one) => one.includes("daddr != {"))) {
        expect(line).toContain(block);
      }
    },
  );

  it("sends with the address that both load balancers have", () => {
    expect(rules).toContain("snat to 203.0.113.200");
  });

  it("forwards only while the rules are loaded", () => {
    const unit = contentOf(
      gatewayBalancer(),
      "/etc/systemd/system/webstack-egress-gateway.service",
    );
    expect(unit.indexOf("nft -f")).toBeLessThan(unit.indexOf("ip_forward=1"));
    expect(unit.indexOf("ip_forward=0")).toBeLessThan(unit.indexOf("delete table"));
    expect(unit).toContain("PartOf=nftables.service");
  });

  it("copies states to the other load balancer alone, without those of visitors", () => {
    const conf = contentOf(gatewayBalancer(), "/etc/conntrackd/conntrackd.conf");
    expect(conf).toContain("IPv4_Destination_Address 10.0.1.12");
    expect(conf).toContain("DisableExternalCache yes");
    for (const own of ["10.0.1.11", "10.0.1.12", "203.0.113.200"]) {
      expect(conf).toContain(`      IPv4_address ${own}\n`);
    }
    const firewall = contentOf(gatewayBalancer(), "/etc/nftables.conf");
    expect(firewall).toContain("ip saddr 10.0.1.12 udp dport 3780 accept");
  });

  it("relays to the API for the brokers' tier alone, by a user of its own", () => {
    const firewall = contentOf(gatewayBalancer(), "/etc/nftables.conf");
    expect(firewall).toContain("ip saddr 10.0.4.0/24 tcp dport 9443 accept");
    expect(firewall).toContain('meta skuid "webstack-relay" tcp dport 443 accept');
    expect(firewall).not.toContain('skuid "haproxy"');
    const { openings } = apiRelay({ api: { host: "a", port: 443 }, from: ["db", "web"] });
    expect(openings.map(({ from }) => from)).toEqual(["db", "web"]);
  });
});

describe("a node without a public address", () => {
  it("has the network's gateway as default route, and Hetzner's resolvers", () => {
    const node = privateNode();
    expect(contentOf(node, "/etc/systemd/network/05-webstack.network")).toContain(
      "[Route]\nGateway=10.0.0.1\nGatewayOnLink=yes\n",
    );
    expect(contentOf(node, "/etc/systemd/resolved.conf.d/webstack.conf")).toContain(
      "DNS=185.12.64.1 185.12.64.2",
    );
  });

  it("waits for a way out before it installs packages, with a limit, and says so", () => {
    const script = firstPackages(["nodejs"], { ...egress, privateIp: "10.0.2.11" });
    expect(script).toContain("for try in $(seq 200); do");
    expect(script).toContain("no way out to api.hetzner.cloud:443 through 10.0.0.1 yet");
    expect(script.indexOf("/dev/tcp/")).toBeLessThan(script.indexOf("apt-get install"));
  });
});
