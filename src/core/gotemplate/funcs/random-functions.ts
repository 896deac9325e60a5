import { base64Encode } from "../../../platform/bytes.js";
import { type FunctionContext, type FunctionTable, fn } from "../function.js";
import { runes } from "../value/text.js";
import { randomBelow, randomBytes, randomText } from "./random.js";

const lower = "abcdefghijklmnopqrstuvwxyz";
const letters = lower.toUpperCase() + lower;
const digits = "0123456789";
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

/** sprig's random functions. They differ from run to run unless the caller seeds the source. */
export const randomFunctions: FunctionTable = {
  randAlphaNum: fn("int", function (count) {
    return randomText(this, "randAlphaNum", letters + digits, count);
  }),
  randAlpha: fn("int", function (count) {
    return randomText(this, "randAlpha", letters, count);
  }),
  randNumeric: fn("int", function (count) {
    return randomText(this, "randNumeric", digits, count);
  }),
  randAscii: fn("int", function (count) {
    return randomText(this, "randAscii", printable.slice(0, 95), count);
  }),
  randBytes: fn("int", function (count) {
    return base64Encode(randomBytes(this, "randBytes", count));
  }),
  shuffle: fn("string", function (text) {
    return shuffled(this, text);
  }),
  uuidv4: fn("", function () {
    return uuid(randomBytes(this, "uuidv4", 16));
  }),
};

function shuffled(context: FunctionContext, text: string): string {
  const chars = runes(text);
  for (let index = chars.length - 1; index > 0; index--) {
    const other = Number(randomBelow(context, "shuffle", BigInt(index + 1)));
    [chars[index], chars[other]] = [chars[other] as string, chars[index] as string];
  }
  return chars.join("");
}

function uuid(random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
