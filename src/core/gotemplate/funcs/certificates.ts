import { ed25519Key, type PrivateKey, p256Key, readPrivateKey } from "../../../platform/crypto.js";
import { type CertificateRequest, type Issuer, makeCertificate, readIssuer } from "../crypto/certificate.js";
import { readDer, readPem } from "../crypto/der.js";
import { generateRsa } from "../crypto/rsa.js";
import { functionError } from "../errors.js";
import { display } from "../fmt/format.js";
import { type FunctionContext, type FunctionTable, fn } from "../function.js";
import { fromBytes } from "../value/text.js";
import { type GoType, types } from "../value/type.js";
import { type GoList, GoObject, type GoValue } from "../value/value.js";
import { decodeBase64 } from "./encoding.js";
import { randomBytes } from "./random.js";

/** sprig's certificate: PEM texts of the certificate and its key. */
class GoCertificate extends GoObject {
  readonly type: GoType = types.certificate;
  constructor(
    readonly cert: string,
    readonly key: string,
  ) {
    super();
  }

  override field(name: string): GoValue {
    return name === "Cert" ? this.cert : name === "Key" ? this.key : undefined;
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    return [
      ["Cert", this.cert],
      ["Key", this.key],
    ];
  }
}

/** sprig's keys and certificates: random, unless the caller seeds the source. */
export const certificateFunctions: FunctionTable = {
  genPrivateKey: fn("string", function (type) {
    return newKey(this, type);
  }),
  genCA: fn("string int", function (name, days) {
    return issue(this, "genCA", { name, days, isAuthority: true });
  }),
  genCAWithKey: fn("string int string", function (name, days, key) {
    return issue(this, "genCAWithKey", { name, days, isAuthority: true, key });
  }),
  genSelfSignedCert: fn("string list list int", function (name, ips, dns, days) {
    return issue(this, "genSelfSignedCert", { name, ips, dns, days });
  }),
  genSelfSignedCertWithKey: fn("string list list int string", function (name, ips, dns, days, key) {
    return issue(this, "genSelfSignedCertWithKey", { name, ips, dns, days, key });
  }),
  genSignedCert: fn("string list list int certificate", function (name, ips, dns, days, authority) {
    return issue(this, "genSignedCert", { name, ips, dns, days, authority: authority as GoCertificate });
  }),
  genSignedCertWithKey: fn("string list list int certificate string", function (name, ips, dns, days, authority, key) {
    return issue(this, "genSignedCertWithKey", { name, ips, dns, days, authority: authority as GoCertificate, key });
  }),
  buildCustomCert: fn("string string", function (cert, key) {
    this.spend(curveKeySteps);
    return customCertificate(cert, key);
  }),
};

/**
 * Looking for primes takes long, for Helm too, and there are charts that make some keys: they cost less than their time, so that a hundred keys
 * of 2,048 bits, or twenty of 4,096, use up a render's budget.
 */
const keySteps = 100_000;
const largeKeySteps = 500_000;
/** A signature, by the slowest of keys. */
const signatureSteps = 28_000;
const curveKeySteps = 2_500;

interface Wanted {
  readonly name: string;
  readonly days: number;
  readonly isAuthority?: boolean;
  readonly ips?: GoList;
  readonly dns?: GoList;
  readonly key?: string;
  readonly authority?: GoCertificate;
}

function issue(context: FunctionContext, name: string, wanted: Wanted): GoCertificate {
  const random = (count: number) => randomBytes(context, name, count);
  context.spend(wanted.key === undefined ? keySteps : signatureSteps);
  const key = wanted.key === undefined ? generateRsa(2048, random) : parseKey(wanted.key, "parsing private key: ");
  const issuer = wanted.authority && issuerOf(wanted.authority);
  const request: CertificateRequest = {
    commonName: wanted.name,
    ips: (wanted.ips?.items ?? []).map(parseIp),
    dnsNames: (wanted.dns?.items ?? []).map(dnsName),
    days: wanted.days,
    isAuthority: wanted.isAuthority ?? false,
    serial: BigInt(`0x${Array.from(random(16), (byte) => byte.toString(16).padStart(2, "0")).join("")}`),
    now: Number(context.environment.nowNanos() / 1_000_000n),
  };
  return new GoCertificate(makeCertificate(request, key, issuer), key.pem);
}

function issuerOf(authority: GoCertificate): Issuer {
  const block = readPem(authority.cert);
  if (!block) throw functionError("unable to decode certificate");
  const found = readIssuer(block.bytes);
  if (!found) throw functionError("error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate");
  return { ...found, key: parseKey(authority.key, "error parsing private key: ") };
}

function parseKey(pem: string, prefix: string): PrivateKey {
  const block = readPem(pem);
  if (!block) throw functionError(`${prefix}no PEM data in input`);
  if (block.type !== "PRIVATE KEY" && !block.type.endsWith(" PRIVATE KEY")) {
    throw functionError(`${prefix}no private key data in PEM block of type ${block.type}`);
  }
  const kind = block.type.replace(/ ?PRIVATE KEY$/, "");
  if (!["", "RSA", "EC", "DSA"].includes(kind)) throw functionError(`${prefix}invalid private key type ${kind}`);
  const key = readPrivateKey(pem);
  if (key) return key;
  const described = kind === "" ? "decoding PEM as PKCS#8" : `parsing ${kind} private key from PEM`;
  throw functionError(`${prefix}${described}: asn1: structure error`);
}

function newKey(context: FunctionContext, type: string): string {
  const random = (count: number) => randomBytes(context, "genPrivateKey", count);
  switch (type) {
    case "":
    case "rsa":
      context.spend(largeKeySteps);
      return generateRsa(4096, random).pem;
    case "ecdsa":
      context.spend(curveKeySteps);
      for (;;) {
        const key = p256Key(random(32));
        if (key) return key.pem;
      }
    case "ed25519":
      context.spend(curveKeySteps);
      return ed25519Key(random(32)).pem;
    case "dsa":
      return "failed to generate private key: dsa keys are not supported";
    default:
      return `Unknown type ${type}`;
  }
}

function parseIp(value: GoValue): Uint8Array {
  if (typeof value !== "string") throw functionError(`error parsing ip: ${display(value)} is not a string`);
  const bytes = ipv4(value) ?? ipv6(value);
  if (!bytes) throw functionError(`error parsing ip: ${value}`);
  return bytes;
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  const isValid = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isValid ? Uint8Array.from(parts, Number) : undefined;
}

function ipv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return Uint8Array.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]));
}

function dnsName(value: GoValue): string {
  if (typeof value === "string") return value;
  throw functionError(`error processing alternate dns name: ${display(value)} is not a string`);
}

function customCertificate(cert64: string, key64: string): GoCertificate {
  const decode = (text: string, what: string) => {
    const bytes = decodeBase64(text);
    if (typeof bytes === "number") throw functionError(`unable to decode base64 ${what}`);
    return fromBytes(bytes);
  };
  const cert = decode(cert64, "certificate");
  const key = decode(key64, "private key");
  const block = readPem(cert);
  if (!block) throw functionError("unable to decode certificate");
  if (!readDer(block.bytes) || !readIssuer(block.bytes)) {
    throw functionError("error parsing certificate: decodedCert.Bytes: x509: malformed certificate");
  }
  parseKey(key, "error parsing private key: ");
  return new GoCertificate(cert, key);
}
