import { RE2JS } from "re2js";
import { once } from "../../once.js";
import { type FunctionTable, fn } from "../function.js";
import { types } from "../value/type.js";
import { toLower } from "../value/unicode.js";
import { GoInt, type GoValue, typeOf } from "../value/value.js";
import { conversion } from "./dicts.js";

const invalidNameChars = once(() => RE2JS.compile("[^-a-z0-9.]"));
const maxNameLength = 253;

/** What Argo CD adds to sprig for ApplicationSets, beside the YAML functions. */
export const argoFunctions: FunctionTable = {
  normalize: fn("string", sanitizeName),
  slugify: fn("...any", (...args) => slugify(args)),
};

/** Argo CD's SanitizeName: a DNS name made of `name`. */
export function sanitizeName(name: string): string {
  const clean = invalidNameChars().matcher(toLower(name)).replaceAll("-");
  return clean.slice(0, maxNameLength).replace(/^[-.]+|[-.]+$/g, "");
}

/** `slugify [maxSize [smartTruncate]] name` */
function slugify(args: readonly GoValue[]): string {
  let maxSize = 50;
  let smart = true;
  let name = "";
  args.forEach((arg, index) => {
    if (index === args.length - 1) {
      if (typeof arg !== "string") throw conversion(arg, "string");
      name = arg;
    } else if (index === 0) {
      if (!(arg instanceof GoInt) || typeOf(arg) !== types.int) throw conversion(arg, "int");
      maxSize = Number(arg.value);
    } else if (index === 1) {
      if (typeof arg !== "boolean") throw conversion(arg, "bool");
      smart = arg;
    }
  });
  return slug(sanitizeName(name), maxSize, smart);
}

function slug(name: string, maxSize: number, smart: boolean): string {
  const cut = !smart && name.length >= maxSize ? name.slice(0, Math.max(0, maxSize)) : name;
  const clean = cut
    .replace(/[^a-zA-Z0-9_-]/g, "-")
    .replace(/-+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
  if (maxSize <= 0 || !smart || clean.length <= maxSize) return clean;
  const dash = clean.lastIndexOf("-", maxSize);
  return dash >= 0 ? clean.slice(0, dash) : clean.slice(0, maxSize);
}
