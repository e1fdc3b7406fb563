import type { Settings } from "../config";
import { RefusedError } from "./api";
import { clockFindings } from "./clock";
import { bucketFindings, copyFindings, type BackupListing } from "./bucket";
import { deprecationFindings, stockFindings } from "./availability";
import { nameFindings, type Resolve } from "./domain-names";
import { type Finding, findingsOf } from "./finding";
import { type Identity, needsOf } from "./needs";
import { type Offer, readOffer } from "./offer";
import { ownCertificateFindings } from "./own-certificate";
import { type OwnAddress, ownAddressFindings } from "./own-address";
import { priceFindings } from "./prices";
import { type KnownLimits, quotaFindings, takenNameFindings } from "./project-limits";
import { stackFileFindings, toolFindings, type Tools } from "./local-checks";
import { type NamedToken, reason, tokenFindings } from "./token";

/** Inputs of all checks; the doctor changes none of them. */
export interface Subject {
  identity: Identity;
  tools: Tools;
  stackFile: {
    /** Name of the file, such as `Pulumi.dev.yaml`. */
    name: string;
    /** Problems of the file, one sentence each. */
    problems: readonly string[];
    /** Settings that could not be decrypted. */
    hidden: readonly string[];
    /** Settings of the file; absent if it has problems. */
    settings?: Settings;
    /** The well-formed blocks from which SSH is allowed, also of a file with problems. */
    cidrs: readonly string[];
    /** The setting that has them. @default `webstack:admin.cidrs` */
    cidrsKey?: string;
  };
  /** The known tokens, the shared one first; none: `noCloud` or a problem has the reason. */
  tokens: readonly NamedToken[];
  /** Reason for not calling the API, with the remedy; absent: the doctor calls the API. */
  noCloud?: { text: string; fix: string };
  /** Limits of the project that the operator names. */
  limits: KnownLimits;
  /** Finds the source address of this machine's connections, given the public addresses of the load balancers. */
  ownAddress: (loadBalancers: readonly { name: string; ip: string }[]) => Promise<OwnAddress>;
  /** Resolves names; absent: the check of names is skipped. */
  resolve?: Resolve;
  /** The bucket of the backups, and the second one to which they are copied. */
  bucket: BackupListing;
  copy: BackupListing;
  now: Date;
}

/** Findings of all checks, before an `up` creates anything. */
export async function examine(subject: Subject): Promise<Finding[]> {
  const { tools, stackFile, tokens, noCloud } = subject;
  const { name, problems, hidden, settings, cidrs, cidrsKey } = stackFile;
  const tokensFound = await tokenFindings(tokens);
  const { offer, refused } = await offerOf(subject, tokensFound);
  const own = await subject.ownAddress(offer ? loadBalancers(subject, offer) : []);
  return [
    ...toolFindings(tools),
    ...stackFileFindings(name, problems, hidden),
    ...(settings?.edgeTls.mode === "acme"
      ? []
      : ownCertificateFindings(settings?.loadBalancers.tls?.certificate, subject.now)),
    ...(noCloud ? [findingsOf("cloud").note(noCloud.text, noCloud.fix)] : tokensFound),
    ...refused,
    ...(tokens[0] && !noCloud ? await clockFindings(tokens[0].call, subject.now) : []),
    ...(settings && offer ? await offerFindings(subject, settings, offer) : []),
    ...ownAddressFindings(cidrs, own, cidrsKey),
    ...(settings ? await bucketFindings(subject.bucket) : []),
    ...(settings ? await copyFindings(subject.copy) : []),
    ...notLookedAt(subject, offer),
  ];
}

/** Reads the offer of the API, if the shared token may read and the stack file has settings to compare. */
async function offerOf(
  { stackFile: { settings }, tokens: [shared], noCloud }: Subject,
  [found]: readonly Finding[],
): Promise<{ offer?: Offer; refused: Finding[] }> {
  const mayRead = shared && (found?.level !== "failure" || found.text.endsWith("may only read"));
  if (noCloud || !settings || !mayRead) return { refused: [] };
  try {
    return { offer: await readOffer(shared.call, settings.image), refused: [] };
  } catch (error) {
    const text = error instanceof RefusedError ? error.message : reason(error);
    return { refused: [findingsOf("cloud").failure(text, "try again later")] };
  }
}

async function offerFindings(
  { identity, limits, resolve, now }: Subject,
  settings: Settings,
  offer: Offer,
): Promise<Finding[]> {
  const needs = needsOf(settings, offer, identity);
  const { domains, mode } = settings.edgeTls;
  const isAcme = mode === "acme";
  return [
    ...stockFindings(needs, offer),
    ...takenNameFindings(needs, offer, identity),
    ...quotaFindings(needs, offer, limits),
    ...deprecationFindings(needs, offer, now),
    ...priceFindings(needs, offer),
    ...(resolve ? await nameFindings({ domains, isAcme, offer, identity, resolve }) : []),
  ];
}

function loadBalancers({ identity, stackFile }: Subject, offer: Offer) {
  if (!stackFile.settings) return [];
  const wanted = needsOf(stackFile.settings, offer, identity).servers;
  const names = wanted
    .filter((one) => one.section === "loadBalancers" && one.now)
    .map((one) => one.name);
  return offer.servers.flatMap(({ name, public_net: { ipv4 } }) =>
    name !== null && ipv4 && names.includes(name) ? [{ name, ip: ipv4.ip }] : [],
  );
}

function notLookedAt({ stackFile }: Subject, offer: Offer | undefined): Finding[] {
  const { settings, problems } = stackFile;
  if (settings && offer) return [];
  const cause = problems.length > 0 ? "the stack file is right" : "its secrets can be decrypted";
  const without = settings ? "without the API" : `until ${cause}`;
  const what = "stock, quota, deprecations, prices and names";
  return [findingsOf("the rest").note(`${what} were not looked at ${without}`)];
}
