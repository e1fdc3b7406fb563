import { generatedNotice, text } from "../text";

/** Arguments of {@link conntrackdConf}. */
export interface ConntrackdConfArgs {
  /** Own private IPv4 address, no prefix. */
  privateIp: string;
  /** Private IPv4 address of the other load balancer. */
  peerIp: string;
  /** Addresses of the load balancers themselves: a connection from or to one of them is not forwarded. */
  ownIps: readonly string[];
}

/** UDP port of conntrackd on the private address. */
export const stateSyncPort = 3780;
/** Directory of the lock and of the socket for operators. */
export const runtimeDirectory = "conntrackd";

/**
 * Renders `/etc/conntrackd/conntrackd.conf`, conntrack-tools 1.4.6 and later.
 *
 * Without the external cache a received state is put into the kernel at once, so nothing has to be committed when the
 * cloud's route moves. The kernel reports forwarded connections only: visitors' connections end at HAProxy on this
 * host. UDP does not use the interface, but conntrackd requires a name; the private interface has another name with
 * each server type, and the loopback interface exists everywhere. The daemon writes its log to standard error, and so
 * to the journal. Source: conntrackd.conf(5).
 */
export function conntrackdConf({ privateIp, peerIp, ownIps }: ConntrackdConfArgs): string {
  return text`
    ${generatedNotice}
    Sync {
      Mode FTFW {
        DisableExternalCache yes
        StartupResync yes
      }
      UDP {
        IPv4_address ${privateIp}
        IPv4_Destination_Address ${peerIp}
        Port ${stateSyncPort}
        Interface lo
        SndSocketBuffer 1249280
        RcvSocketBuffer 1249280
        Checksum yes
      }
    }
    General {
      Systemd yes
      Syslog no
      LogFile no
      HashSize 8192
      HashLimit 131072
      LockFile /run/${runtimeDirectory}/lock
      UNIX {
        Path /run/${runtimeDirectory}/socket
      }
      NetlinkBufferSize 2097152
      NetlinkBufferSizeMaxGrowth 8388608
      NetlinkOverrunResync yes
      Filter From Kernelspace {
        Protocol Accept {
          TCP
          UDP
          ICMP
        }
        Address Ignore {
          IPv4_address 127.0.0.1
          ${ownIps.map((address) => `IPv4_address ${address}`)}
        }
      }
    }
  `;
}
