import type { Question } from "./dns-message";
import {
  nameservers,
  codes,
  type NameAnswer,
  type ResourceRecord,
  zoneAnswer,
} from "./zone-answer";
import { publishedAddresses, publishedZones } from "./published";
import { recordData, typeNumbers } from "./record-data";

/** Seconds for which addresses outside of the zones hold: none, so that a change of a name is seen at once. */
const ttlSeconds = 0;

function addressRecords(
  name: string,
  addresses: readonly string[],
  type: number,
): ResourceRecord[] {
  const word = type === typeNumbers.A ? "A" : type === typeNumbers.AAAA ? "AAAA" : undefined;
  if (word === undefined) return [];
  return addresses.flatMap((address) => {
    const data = recordData(word, address, "");
    return data ? [{ name, type, ttlSeconds, data }] : [];
  });
}

/**
 * What the resolver of the local cloud's world answers, which is the name server of all zones too: first the names of
 * other people's name servers, then the zones.
 *
 * @param state state directory. @param nameserver IPv4 address of the name servers of all zones.
 */
export function worldNames(state: string, nameserver: string): (question: Question) => NameAnswer {
  const addressesOf = (name: string) =>
    publishedAddresses(state, name) ?? (nameservers.includes(name) ? [nameserver] : undefined);
  return ({ name, type }) => {
    const known = addressesOf(name);
    const isAddress = type === typeNumbers.A || type === typeNumbers.AAAA;
    const answers = addressRecords(name, known ?? [], type);
    const own = { code: codes.noError, isAuthoritative: true, answers, authority: [] };
    if (known && isAddress) return own;
    const found = zoneAnswer(publishedZones(state), name, type);
    if (!found) return known ? own : { ...own, code: codes.noSuchName, isAuthoritative: false };
    if (known && found.code === codes.noSuchName) return { ...found, code: codes.noError };
    const { leadsTo } = found;
    const further = leadsTo === undefined ? [] : (addressesOf(leadsTo) ?? []);
    return {
      ...found,
      answers: [...found.answers, ...addressRecords(leadsTo ?? name, further, type)],
    };
  };
}
