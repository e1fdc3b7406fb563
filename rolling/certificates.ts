import { z } from "zod";

/** A load balancer's report on the certificates that it orders or copies. */
export const certificatesShape = z.looseObject({
  orders: z.boolean(),
  names: z.record(
    z.string(),
    z.looseObject({
      validFrom: z.string().optional(),
      validUntil: z.string().optional(),
      renewAfter: z.string().optional(),
      issuer: z.string().optional(),
      awaits: z.string().optional(),
      lastFailure: z.string().optional(),
      nextTry: z.string().optional(),
    }),
  ),
});

type Certificates = z.infer<typeof certificatesShape>;
type Name = Certificates["names"][string];

/** A line for each load balancer and name; none for a stack without a certificate authority. */
export function certificateLines(
  states: ReadonlyMap<string, { certificates?: Certificates | undefined } | undefined>,
): string[] {
  return [...states].flatMap(([node, state]) =>
    Object.entries(state?.certificates?.names ?? {}).map(
      ([name, one]) => `${node}  ${name}  ${nameWords(one)}`,
    ),
  );
}

function nameWords({ validUntil, renewAfter, issuer, awaits, lastFailure, nextTry }: Name): string {
  const held =
    validUntil === undefined
      ? ["no certificate yet"]
      : [`certificate of ${issuer} until ${validUntil}, renewed after ${renewAfter}`];
  const again = nextTry === undefined ? "" : `; asked again after ${nextTry}`;
  return [
    ...held,
    ...(awaits === undefined ? [] : [`waits: ${awaits}`]),
    ...(lastFailure === undefined ? [] : [`last failure: ${lastFailure}${again}`]),
  ].join("; ");
}
