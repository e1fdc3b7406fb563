/** An operating system image. */
export interface Image {
  id: number;
  name: string;
  description: string;
  flavor: string;
  version: string;
  architecture: "x86" | "arm";
  created: string;
}

function image(id: number, flavor: string, version: string, architecture: "x86" | "arm"): Image {
  const title = `${flavor[0]!.toUpperCase()}${flavor.slice(1)}`;
  return {
    id,
    name: `${flavor}-${version}`,
    description: `${title} ${version}`,
    flavor,
    version,
    architecture,
    created: "2026-05-01T10:00:00+00:00",
  };
}

/** System images; the same name exists for each architecture. */
export const images: readonly Image[] = [
  image(114_690_387, "debian", "12", "x86"),
  image(114_690_389, "debian", "12", "arm"),
  image(310_557_660, "debian", "13", "x86"),
  image(310_557_661, "debian", "13", "arm"),
  image(161_547_269, "ubuntu", "24.04", "x86"),
  image(161_547_270, "ubuntu", "24.04", "arm"),
  image(372_510_100, "ubuntu", "26.04", "x86"),
  image(372_510_101, "ubuntu", "26.04", "arm"),
];

/** The wire form of an image. */
export function imageToWire(item: Image): object {
  return {
    id: item.id,
    type: "system",
    status: "available",
    name: item.name,
    description: item.description,
    image_size: null,
    disk_size: 10,
    created: item.created,
    created_from: null,
    bound_to: null,
    os_flavor: item.flavor,
    os_version: item.version,
    architecture: item.architecture,
    rapid_deploy: true,
    protection: { delete: false },
    deprecated: null,
    deleted: null,
    labels: {},
  };
}

/** ISOs that exist everywhere; none can be attached here. */
export const isos = [
  { id: 8637, name: "windows-server-2022-english.iso", description: "Windows Server 2022 English" },
  { id: 8638, name: "windows-server-2022-german.iso", description: "Windows Server 2022 German" },
].map((item) => ({ ...item, type: "public", architecture: "x86", deprecation: null }));
