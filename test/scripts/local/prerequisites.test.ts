import { expect, it } from "vitest";
import {
  localCloudPrerequisites,
  missingPrerequisites,
  type Prerequisite,
} from "../../../scripts/local/prerequisites";

const names = (missing: readonly Prerequisite[]) => missing.map((one) => one.debianPackage);

it("what lacks is told by its package", () => {
  const lacking = missingPrerequisites(localCloudPrerequisites, (name) => name !== "nft", false);
  expect(names(lacking).filter((name) => name !== "debian-archive-keyring")).toEqual(["nftables"]);
});

it("a package without a program is looked for by its file", () => {
  const keys = (file: string) => [{ command: "keys", file, debianPackage: "some-keyring" }];
  const everything = () => true;
  expect(names(missingPrerequisites(keys("/no/such/file"), everything))).toEqual(["some-keyring"]);
  expect(missingPrerequisites(keys("/etc/passwd"), () => false)).toEqual([]);
});

it("a running Docker Engine needs no program for it", () => {
  const engine = [{ command: "dockerd", debianPackage: "docker.io" }];
  expect(missingPrerequisites(engine, () => false, true)).toEqual([]);
  expect(missingPrerequisites(engine, () => false, false)).toEqual(engine);
});
