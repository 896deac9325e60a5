import { base64Encode } from "../../../platform/bytes.js";
import { aes256Cbc, scrypt } from "../../../platform/crypto.js";
import { hmacHex } from "../../../platform/hash.js";
import { bcryptHash } from "../crypto/bcrypt.js";
import { functionError } from "../errors.js";
import { type FunctionContext, type FunctionTable, fn } from "../function.js";
import { fromBytes, toBytes } from "../value/text.js";
import { decodeBase64 } from "./encoding.js";
import { randomBytes } from "./random.js";

const block = 16;
const bcryptCost = 10;
/** A hash is slow by intent: twenty of them use up a render's budget. */
const hashSteps = 500_000;
const derivationSteps = 700_000;

/** sprig's password functions. */
export const cryptoFunctions: FunctionTable = {
  bcrypt: fn("string", function (password) {
    return hashPassword(this, "bcrypt", password);
  }),
  htpasswd: fn("string string", function (user, password) {
    return user.includes(":") ? `invalid username: ${user}` : `${user}:${hashPassword(this, "htpasswd", password)}`;
  }),
  derivePassword: fn("uint32 string string string string", function (counter, type, password, user, site) {
    this.spend(derivationSteps);
    return derivePassword(counter, type, password, user, site);
  }),
  encryptAES: fn("string string", function (password, text) {
    if (text === "") return "";
    const bytes = toBytes(text);
    const padding = block - (bytes.length % block);
    const padded = new Uint8Array(bytes.length + padding).fill(padding);
    padded.set(bytes);
    const iv = randomBytes(this, "encryptAES", block);
    return base64Encode(new Uint8Array([...iv, ...aes256Cbc("encrypt", aesKey(password), iv, padded)]));
  }),
  decryptAES: fn("string string", (password, text) => {
    if (text === "") return "";
    const bytes = decodeBase64(text);
    if (typeof bytes === "number") throw functionError(`illegal base64 data at input byte ${bytes}`);
    if (bytes.length < block)
      throw functionError(`runtime error: slice bounds out of range [:${block}] with capacity ${bytes.length}`);
    if (bytes.length % block !== 0) throw functionError("crypto/cipher: input not full blocks");
    if (bytes.length === block) throw functionError("runtime error: index out of range [-1]");
    const plain = aes256Cbc("decrypt", aesKey(password), bytes.subarray(0, block), bytes.subarray(block));
    const end = plain.length - (plain.at(-1) as number);
    if (end < 0) throw functionError(`runtime error: slice bounds out of range [:${end}]`);
    return fromBytes(plain.subarray(0, end));
  }),
};

function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32);
  key.set(toBytes(password).subarray(0, 32));
  return key;
}

function hashPassword(context: FunctionContext, name: string, password: string): string {
  const bytes = toBytes(password);
  if (bytes.length > 72) return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
  context.spend(hashSteps);
  return bcryptHash(bytes, randomBytes(context, name, 16), bcryptCost);
}

/** The Master Password algorithm. */
function derivePassword(counter: number, type: string, password: string, user: string, site: string): string {
  const templates = Object.hasOwn(passwordTemplates, type) ? passwordTemplates[type] : undefined;
  if (templates === undefined) return `cannot find password template ${type}`;
  const salt = tagged(user, []);
  const key = scrypt(toBytes(password), salt, { cost: 32_768, blockSize: 8, parallelization: 2, length: 64 });
  const hex = hmacHex("sha256", key, tagged(site, wordBytes(counter)));
  const seed = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  const template = templates[(seed[0] as number) % templates.length] as string;
  return Array.from(template, (kind, index) => {
    const chars = templateCharacters[kind] as string;
    return chars[(seed[index + 1] as number) % chars.length];
  }).join("");
}

function tagged(text: string, tail: readonly number[]): Uint8Array {
  const bytes = toBytes(text);
  return Uint8Array.from([...toBytes("com.lyndir.masterpassword"), ...wordBytes(bytes.length), ...bytes, ...tail]);
}

function wordBytes(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

const passwordTemplates: Readonly<Record<string, readonly string[]>> = {
  maximum: ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
  long: (
    "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv " +
    "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv " +
    "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
  ).split(" "),
  medium: ["CvcnoCvc", "CvcCvcno"],
  short: ["Cvcn"],
  basic: ["aaanaaan", "aannaaan", "aaannaaa"],
  pin: ["nnnn"],
};

const consonants = "bcdfghjklmnpqrstvwxyz";
const templateCharacters: Readonly<Record<string, string>> = {
  V: "AEIOU",
  C: consonants.toUpperCase(),
  v: "aeiou",
  c: consonants,
  A: `AEIOU${consonants.toUpperCase()}`,
  a: `AEIOUaeiou${consonants.toUpperCase()}${consonants}`,
  n: "0123456789",
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `AEIOUaeiou${consonants.toUpperCase()}${consonants}0123456789!@#$%^&*()`,
};
