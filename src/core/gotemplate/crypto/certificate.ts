import { utf8Encode } from "../../../platform/bytes.js";
import type { PrivateKey } from "../../../platform/crypto.js";
import { sha256 } from "../../../platform/hash.js";
import {
  bits,
  derElement,
  derNull,
  derTrue,
  integer,
  objectId,
  octets,
  pem,
  readDer,
  sequence,
  set,
  textString,
  time,
} from "./der.js";

export interface CertificateRequest {
  readonly commonName: string;
  readonly ips: readonly Uint8Array[];
  readonly dnsNames: readonly string[];
  readonly days: number;
  readonly isAuthority: boolean;
  /** Random, 128 bits. */
  readonly serial: bigint;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Who signs: the subject's name and key id are taken from its certificate. */
export interface Issuer {
  readonly name: Uint8Array;
  readonly keyId: Uint8Array | undefined;
  readonly key: PrivateKey;
}

/** An X.509 certificate (PEM) as sprig makes it; without an issuer it signs itself. */
export function makeCertificate(request: CertificateRequest, key: PrivateKey, issuer?: Issuer): string {
  const subject = nameOf(request.commonName);
  const signer = issuer?.key ?? key;
  const algorithm = signatureAlgorithm(signer);
  const end = request.now + request.days * 86_400_000;
  const extensions = [
    extension("2.5.29.15", keyUsage(request.isAuthority), true),
    extension("2.5.29.37", sequence(objectId("1.3.6.1.5.5.7.3.1"), objectId("1.3.6.1.5.5.7.3.2"))),
    extension("2.5.29.19", request.isAuthority ? sequence(derTrue) : sequence(), true),
    ...(request.isAuthority ? [extension("2.5.29.14", octets(keyIdOf(key)))] : []),
    ...(issuer?.keyId ? [extension("2.5.29.35", sequence(derElement(0x80, issuer.keyId)))] : []),
    ...alternativeNames(request),
  ];
  const body = sequence(
    derElement(0xa0, integer(2n)),
    integer(request.serial),
    algorithm,
    issuer?.name ?? subject,
    sequence(time(request.now), time(end)),
    subject,
    key.publicKey,
    derElement(0xa3, sequence(...extensions)),
  );
  return pem("CERTIFICATE", sequence(body, algorithm, bits(signer.sign(body))));
}

/** Subject and key id of a certificate's DER; undefined where it is none. */
export function readIssuer(certificate: Uint8Array): Omit<Issuer, "key"> | undefined {
  const body = readDer(readDer(certificate)?.[0]?.content ?? new Uint8Array())?.[0];
  const fields = body && readDer(body.content);
  if (!fields) return undefined;
  const offset = fields[0]?.tag === 0xa0 ? 1 : 0;
  const name = fields[offset + 4];
  if (name?.tag !== 0x30) return undefined;
  const wrapped = fields.find((field) => field.tag === 0xa3);
  const list = wrapped && readDer(readDer(wrapped.content)?.[0]?.content ?? new Uint8Array());
  return { name: name.whole, keyId: list && subjectKeyId(list.map((item) => readDer(item.content) ?? [])) };
}

function subjectKeyId(
  extensions: readonly (readonly { readonly tag: number; readonly content: Uint8Array }[])[],
): Uint8Array | undefined {
  const found = extensions.find((parts) => parts[0] && String(parts[0].content) === "85,29,14");
  const value = found?.at(-1);
  return value && readDer(value.content)?.[0]?.content;
}

function nameOf(commonName: string): Uint8Array {
  return commonName === "" ? sequence() : sequence(set(sequence(objectId("2.5.4.3"), textString(commonName))));
}

function signatureAlgorithm(key: PrivateKey): Uint8Array {
  if (key.kind === "rsa") return sequence(objectId("1.2.840.113549.1.1.11"), derNull);
  return sequence(objectId(key.kind === "ec" ? "1.2.840.10045.4.3.2" : "1.3.101.112"));
}

function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(objectId(id), ...(critical ? [derTrue] : []), octets(value));
}

/** digitalSignature and keyEncipherment, for authorities keyCertSign too. */
function keyUsage(isAuthority: boolean): Uint8Array {
  return isAuthority ? bits(Uint8Array.of(0b10100100), 2) : bits(Uint8Array.of(0b10100000), 5);
}

function keyIdOf(key: PrivateKey): Uint8Array {
  const parts = readDer(readDer(key.publicKey)?.[0]?.content ?? new Uint8Array());
  return sha256(parts?.[1]?.content.subarray(1) ?? new Uint8Array()).subarray(0, 20);
}

function alternativeNames({ dnsNames, ips }: CertificateRequest): Uint8Array[] {
  if (dnsNames.length === 0 && ips.length === 0) return [];
  const names = [...dnsNames.map((name) => derElement(0x82, utf8Encode(name))), ...ips.map((ip) => derElement(0x87, ip))];
  return [extension("2.5.29.17", sequence(...names))];
}
