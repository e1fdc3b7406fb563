/** ISOs that exist everywhere; none can be attached here. */
export const isos = [
  { id: 8637, name: "windows-server-2022-english.iso", description: "Windows Server 2022 English" },
  { id: 8638, name: "windows-server-2022-german.iso", description: "Windows Server 2022 German" },
].map((item) => ({ ...item, type: "public", architecture: "x86", deprecation: null }));

/** Sizes of load balancers; none can be created here. */
export const loadBalancerTypes = [
  {
    id: 1,
    name: "lb11",
    description: "LB11",
    max_connections: 10_000,
    max_services: 5,
    max_targets: 25,
    max_assigned_certificates: 10,
    deprecated: null,
    prices: [],
  },
];
