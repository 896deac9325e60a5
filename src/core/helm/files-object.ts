import { base64Encode } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import { compileGobwas } from "../glob/gobwas.js";
import { pathBase } from "../gotemplate/funcs/paths.js";
import { printYaml } from "../gotemplate/funcs/yaml.js";
import { fromBytes } from "../gotemplate/value/text.js";
import { type GoType, types } from "../gotemplate/value/type.js";
import { GoBytes, GoMap, type GoMethod, type GoValue, strings } from "../gotemplate/value/value.js";
import type { ChartFile } from "./chart.js";

/** `.Files`: the chart's files by name, with Helm's methods. */
export function filesObject(files: readonly ChartFile[]): GoMap {
  return new GoMap(new Map(files.map((file) => [file.name, new GoBytes(file.bytes)])), filesType);
}

const filesType: GoType = {
  name: "engine.files",
  kind: "map",
  elem: types.bytes,
  methods: (receiver, name) => (receiver instanceof GoMap ? fileMethod(receiver, name) : undefined),
};

function fileMethod(files: GoMap, name: string): GoMethod | undefined {
  switch (name) {
    case "Get":
      return withText((path) => fromBytes(bytesOf(files, path)));
    case "GetBytes":
      return withText((path) => new GoBytes(bytesOf(files, path)));
    case "Glob":
      return withText((pattern) => glob(files, pattern));
    case "Lines":
      return withText((path) => lines(fromBytes(bytesOf(files, path))));
    case "AsConfig":
      return plain(() => byBaseName(files, (bytes) => fromBytes(bytes)));
    case "AsSecrets":
      return plain(() => byBaseName(files, base64Encode));
    default:
      return undefined;
  }
}

function bytesOf(files: GoMap, path: string): Uint8Array {
  const found = files.entries.get(path);
  return found instanceof GoBytes ? found.bytes : new Uint8Array();
}

function glob(files: GoMap, pattern: string): GoMap {
  const matches = matcher(pattern);
  return new GoMap(new Map([...files.entries].filter(([name]) => matches(name))), filesType);
}

/** A pattern that cannot be read matches everything, as in the original. */
function matcher(pattern: string): (name: string) => boolean {
  try {
    return compileGobwas(pattern, "/");
  } catch (error) {
    if (error instanceof InputError) return () => true;
    throw error;
  }
}

function lines(text: string): GoValue {
  return strings(text === "" ? [] : text.replace(/\n$/, "").split("\n"));
}

function byBaseName(files: GoMap, encode: (bytes: Uint8Array) => string): string {
  const entries = [...files.entries].map(([path, file]) => [pathBase(path), encode((file as GoBytes).bytes)] as const);
  return printYaml(new GoMap(new Map(entries), types.stringMap));
}

function withText(call: (text: string) => GoValue): GoMethod {
  return { params: [types.string], variadic: false, call: ([text]) => call(text as string) };
}

function plain(call: () => GoValue): GoMethod {
  return { params: [], variadic: false, call };
}
