import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { InnerTls } from "../../components/inner-tls";
import { secretMark } from "../support/computed-state";
import { record, valueOf } from "../support/record";
import { plan } from "../support/tier-args";

async function build(encrypts = true) {
  let inner!: InnerTls;
  const children = await record(() => {
    inner = new InnerTls("inner-tls", { nodes: [...plan.web, ...plan.app], encrypts });
  });
  return { inner, children };
}

describe("InnerTls", () => {
  it("certifies web and app nodes by one authority of its own", async () => {
    const { children } = await build();
    const of = (kind: string) => children.filter(({ type }) => type.endsWith(`:${kind}`));
    expect(of("SelfSignedCert")).toHaveLength(1);
    const names = of("LocallySignedCert")
      .map(({ name }) => name)
      .sort();
    expect(names).toEqual(
      ["app-1", "app-2", "web-1", "web-2"].map((node) => `inner-tls-certificates-${node}-cert`),
    );
  });

  it("gives a node its certificate, then its key, in one secret file beside the authority", async () => {
    const { inner } = await build();
    const { innerCa, innerCertificate, ...others } = inner.secrets("app-2");
    expect(others).toEqual({});
    expect(await valueOf(innerCa!)).toBe("certificate inner-tls-certificates-ca\n");
    const name = "inner-tls-certificates-app-2";
    expect(await valueOf(innerCertificate!)).toBe(
      `certificate ${name}-cert\n${secretMark} pem ${name}-key\n`,
    );
    expect(await pulumi.isSecret(innerCertificate!)).toBe(true);
  });

  it("gives a load balancer no key, and makes the same certificates when nothing encrypts", async () => {
    const [on, off] = [await build(true), await build(false)];
    expect(Object.keys(on.inner.ca)).toEqual(["innerCa"]);
    expect([on.inner.encrypts, off.inner.encrypts]).toEqual([true, false]);
    const inputs = ({ children }: typeof on) => children.map(({ name }) => name);
    expect(inputs(off)).toEqual(inputs(on));
  });
});
