import { X509Certificate } from "node:crypto";

/** An element of DER: its tag, and the bytes of its content. */
interface Element {
  tag: number;
  content: Buffer;
}

const tags = { objectId: 0x06, octets: 0x04, extensions: 0xa3, keyId: 0x80 } as const;
/** The extension AuthorityKeyIdentifier, 2.5.29.35, as DER has it. Source: RFC 5280, 4.2.1.1. */
const authorityKeyId = Buffer.from([0x55, 0x1d, 0x23]);

/** The elements that follow each other in some bytes. */
function elements(der: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der.readUInt8(at);
    const first = der.readUInt8(at + 1);
    const more = first > 0x80 ? first - 0x80 : 0;
    const length = more === 0 ? first : der.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    if (start + length > der.length) throw new Error("the certificate ends too early");
    found.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

/**
 * The name under which an authority knows a certificate for its renewal. Source: RFC 9773, 4.1.
 *
 * @param pem certificate, or a chain that begins with it.
 *
 * @throws Error if it does not name its authority's key.
 */
export function certificateId(pem: string): string {
  const [certificate] = elements(new X509Certificate(pem).raw);
  const [signed] = elements(certificate!.content);
  const fields = elements(signed!.content);
  // After the version, which every certificate with extensions has.
  const serial = fields[1]!.content;
  const list = fields.find(({ tag }) => tag === tags.extensions);
  const extensions = list ? elements(elements(list.content)[0]!.content) : [];
  const parts = extensions.map(({ content }) => elements(content));
  const own = parts.find(([id]) => id!.tag === tags.objectId && id!.content.equals(authorityKeyId));
  const value = own?.find(({ tag }) => tag === tags.octets)?.content;
  const [names] = value ? elements(value) : [];
  const key = names && elements(names.content).find(({ tag }) => tag === tags.keyId)?.content;
  if (!key) throw new Error("the certificate does not name the key of its authority");
  return `${key.toString("base64url")}.${serial.toString("base64url")}`;
}
