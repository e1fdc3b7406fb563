import { afterEach, expect, it, vi } from "vitest";
import { imageTag } from "../../image/build";
import { chosenDistribution } from "../../image/definition";

afterEach(() => vi.unstubAllEnvs());

it("is debian unless another one is named", () => {
  expect(chosenDistribution(undefined)).toBe("debian");
  expect(chosenDistribution("")).toBe("debian");
  expect(chosenDistribution("ubuntu")).toBe("ubuntu");
});

it.each(["Ubuntu", "fedora", "toString"])("refuses %s with the names that it knows", (name) => {
  expect(() => chosenDistribution(name)).toThrow(
    `WEBSTACK_DISTRIBUTION is ${name}; it must be debian or ubuntu, or not set for debian`,
  );
});

it("has an image of its own", () => {
  const debian = imageTag();
  vi.stubEnv("WEBSTACK_DISTRIBUTION", "ubuntu");
  expect(imageTag()).not.toBe(debian);
});
