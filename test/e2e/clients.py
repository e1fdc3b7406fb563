"""Every kind of thing through the unmodified hcloud library of Python: made, listed, read, changed, deleted."""

import os

from hcloud import APIException, Client
from hcloud.datacenters.domain import Datacenter
from hcloud.firewalls.domain import Firewall, FirewallResource, FirewallRule
from hcloud.images.domain import Image
from hcloud.locations.domain import Location
from hcloud.networks.domain import NetworkRoute, NetworkSubnet
from hcloud.server_types.domain import ServerType

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me"

client = Client(
    token=os.environ["HCLOUD_TOKEN"],
    api_endpoint=os.environ["HCLOUD_ENDPOINT"],
    poll_interval=0.05,
)


def refused(code, call):
    try:
        call()
    except APIException as error:
        assert error.code == code, f"{error.code} {error.message}, wanted {code}"
        return
    raise AssertionError(f"not refused with {code}")


def done(*actions):
    for action in actions:
        action.wait_until_finished()
        assert action.status == "success", action.error


def live(family, thing):
    """Found by id, by name and in the list, renamed, labelled, and gone after its deletion."""
    name = thing.name
    assert family.get_by_id(thing.id).name == name
    assert family.get_by_name(name).id == thing.id
    assert thing.id in [other.id for other in family.get_all()]
    changed = thing.update(name=name + "-2", labels={"made-by": "python"})
    assert (changed.name, changed.labels) == (name + "-2", {"made-by": "python"})
    assert family.get_by_name(name) is None
    answer = thing.delete()
    if answer is not True:
        done(answer)
    refused("not_found", lambda: family.get_by_id(thing.id))
    print("ok", type(thing).__name__)


def catalogue():
    families = (
        (client.locations, "hel1"),
        (client.datacenters, "hel1-dc2"),
        (client.server_types, "cx23"),
        (client.images, "debian-12"),
        (client.isos, "windows-server-2022-english.iso"),
        (client.load_balancer_types, "lb11"),
    )
    for family, name in families:
        found = family.get_by_name(name)
        assert found.id in [item.id for item in family.get_all()]
        assert family.get_by_id(found.id).name == name
        print("ok", type(found).__name__)


def new_server(name, **more):
    made = client.servers.create(
        name=name,
        server_type=ServerType(name="cx23"),
        image=Image(name="debian-12"),
        location=Location(name="fsn1"),
        **more,
    )
    done(made.action, *made.next_actions)
    made.server.reload()
    return made


def server_life(server, network, volume):
    done(server.attach_to_network(network, ip="10.0.1.7", alias_ips=["10.0.1.8"]))
    server.reload()
    assert [(nic.ip, nic.alias_ips) for nic in server.private_net] == [("10.0.1.7", ["10.0.1.8"])]
    done(server.detach_from_network(network))
    for change in (lambda: volume.attach(server), volume.detach, lambda: volume.resize(20)):
        done(change())
    for change in (server.reboot, server.enable_backup, server.disable_backup, server.power_off):
        done(change())
    done(server.change_type(ServerType(name="cx33"), upgrade_disk=False))
    done(server.rebuild(Image(name="ubuntu-24.04")))
    done(server.change_dns_ptr(server.public_net.ipv4.ip, "web.example.com"))
    server.reload()
    assert server.status == "running"
    assert (server.server_type.name, server.image.name) == ("cx33", "ubuntu-24.04")
    assert server.public_net.ipv4.dns_ptr == "web.example.com"
    assert "create_server" in [action.command for action in server.get_actions()]


def firewall_life(firewall, server):
    resource = FirewallResource(type=FirewallResource.TYPE_SERVER, server=server)
    done(*firewall.apply_to_resources([resource]))
    refused("resource_in_use", firewall.delete)
    done(*firewall.remove_from_resources([resource]))


def main():
    catalogue()
    key = client.ssh_keys.create(name="me", public_key=PUBLIC_KEY)
    refused("uniqueness_error", lambda: client.ssh_keys.create(name="you", public_key=PUBLIC_KEY))
    network = client.networks.create(name="private", ip_range="10.0.0.0/16")
    done(network.add_subnet(NetworkSubnet(ip_range="10.0.1.0/24", type="cloud", network_zone="eu-central")))
    done(network.add_route(NetworkRoute(destination="0.0.0.0/0", gateway="10.0.1.2")))
    group = client.placement_groups.create(name="apart", type="spread").placement_group
    rule = FirewallRule(direction="in", protocol="tcp", port="80", source_ips=["0.0.0.0/0", "::/0"])
    firewall = client.firewalls.create(name="web", rules=[rule]).firewall
    volume = client.volumes.create(name="data", size=10, location=Location(name="fsn1"))
    done(volume.action)
    made = new_server(
        "web", ssh_keys=[key], firewalls=[Firewall(id=firewall.id)], placement_group=group, labels={"a": "b"}
    )
    assert made.root_password is None
    server = made.server
    assert [found.id for found in client.servers.get_all(label_selector="a=b")] == [server.id]
    done(*firewall.remove_from_resources([FirewallResource(type="server", server=server)]))
    server_life(server, network, volume.volume)
    firewall_life(firewall, server)
    floating = client.floating_ips.create(type="ipv4", server=server, name="front")
    done(floating.action)
    refused("protected", protected(floating.floating_ip))
    done(floating.floating_ip.change_protection(delete=False), floating.floating_ip.unassign())
    primary = client.primary_ips.create(
        type="ipv4", datacenter=Datacenter(name="fsn1-dc14"), name="kept", assignee_id=None
    ).primary_ip
    live(client.floating_ips, floating.floating_ip)
    live(client.primary_ips, primary)
    live(client.servers, server)
    live(client.volumes, volume.volume)
    live(client.firewalls, firewall)
    live(client.placement_groups, group)
    live(client.networks, network)
    live(client.ssh_keys, key)


def protected(floating_ip):
    done(floating_ip.change_protection(delete=True))
    return floating_ip.delete


main()
