import { generatedNotice, text } from "../text";

/** Arguments of {@link keepalivedConf}. */
export interface KeepalivedConfArgs {
  /** Node name. */
  node: string;
  /** Own private IPv4 address. */
  privateIp: string;
  /** Private IPv4 address of the other load balancer. */
  peerIp: string;
  /** VRRP priority, 1 to 254; the two nodes differ. */
  priority: number;
}

/** File with the prober's verdict: 0 good, 1 bad. */
export const edgeHealthPath = "/run/webstack/edge-health";
/** Named pipe through which keepalived reports its VRRP state to the mover. */
export const vrrpFifoPath = "/run/webstack/vrrp.fifo";

/**
 * A VRRPv3 advertisement must carry an address, and the floating IP itself is permanently on both
 * nodes. The address in the advertisement is link-local (RFC 3927), and no traffic uses it; the master holds it.
 */
const marker = "169.254.255.51/32";

/**
 * Renders `/etc/keepalived/keepalived.conf`, keepalived 2.2 and later.
 *
 * VRRPv3 is the only version with intervals below a second. VRRP runs over unicast, because the private
 * network is routed. The backup notices a dead master after 5 x 0.2 s plus (256 - priority) / 256 x 0.2 s.
 * Directives: https://www.keepalived.org/manpage.html
 */
export function keepalivedConf({ node, privateIp, peerIp, priority }: KeepalivedConfArgs): string {
  return text`
    ${generatedNotice}
    global_defs {
      router_id ${node}
      vrrp_version 3
      # Must precede the pipe: if the default script user does not exist, a reload closes the pipe for good.
      enable_script_security
      script_user root
      vrrp_notify_fifo ${vrrpFifoPath}
      fifo_write_vrrp_states_on_reload
    }

    track_file edge_health {
      file ${edgeHealthPath}
      weight 0
    }

    vrrp_instance edge {
      state BACKUP
      nopreempt
      virtual_router_id 51
      priority ${priority}
      advert_int 0.2
      down_timer_adverts 5
      timer_expired_backup
      unicast_src_ip ${privateIp}
      unicast_fault_no_peer
      check_unicast_src
      unicast_peer {
        ${peerIp}
      }
      track_file {
        edge_health
      }
      virtual_ipaddress {
        ${marker} dev lo no_track
      }
    }
  `;
}
