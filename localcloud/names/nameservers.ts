/** Hetzner's name servers, which each zone is assigned to. Source: https://docs.hetzner.com/networking/dns/ */
export const nameservers: readonly string[] = [
  "hydrogen.ns.hetzner.com",
  "oxygen.ns.hetzner.com",
  "helium.ns.hetzner.de",
];
