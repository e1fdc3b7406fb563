import { describe, expect, it } from "vitest";
import { refused, TestCloud } from "./support/test-cloud";

async function ipv6() {
  const cloud = new TestCloud();
  const body = { type: "ipv6", home_location: "fsn1" };
  const { id, ip } = (await cloud.made("/floating_ips", body)).floating_ip;
  const change = (wanted: object) =>
    cloud.post(`/floating_ips/${id}/actions/change_dns_ptr`, wanted);
  const names = async () => (await cloud.get(`/floating_ips/${id}`)).body.floating_ip.dns_ptr;
  return { first: ip.replace("::/64", "::1"), second: ip.replace("::/64", "::2"), change, names };
}

describe("reverse DNS of an IPv6 network", () => {
  it("has an entry for each address that was named, until it is reset", async () => {
    const { first, second, change, names } = await ipv6();
    await change({ ip: first, dns_ptr: "a.example.com" });
    await change({ ip: second.replace("::2", ":0::2"), dns_ptr: "b.example.com" });
    expect(await names()).toEqual([
      { ip: first, dns_ptr: "a.example.com" },
      { ip: second, dns_ptr: "b.example.com" },
    ]);
    await change({ ip: first, dns_ptr: null });
    expect(await names()).toEqual([{ ip: second, dns_ptr: "b.example.com" }]);
  });

  it("is refused for addresses outside, and for what is no address", async () => {
    const { change } = await ipv6();
    for (const ip of ["2001:db8:ffff::1", "198.18.0.10", "here"]) {
      expect(await change({ ip, dns_ptr: "a.example.com" })).toMatchObject(
        refused(422, "invalid_input", { ip: /does not belong/ }),
      );
    }
  });

  it("is refused with what is no host name", async () => {
    const { first, change, names } = await ipv6();
    for (const dns_ptr of ["", "a b", "-a.example.com", `${"a".repeat(254)}`]) {
      expect(await change({ ip: first, dns_ptr })).toMatchObject(
        refused(422, "invalid_input", { dns_ptr: /not a host name/ }),
      );
    }
    expect(await names()).toEqual([]);
  });
});
