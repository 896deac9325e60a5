import { GoMap, type GoValue } from "../gotemplate/value/value.js";
import { decodeMap } from "./decode.js";
import { helmError, prefixed } from "./failure.js";

/** Values of one or several YAML documents, later ones over earlier ones. Throws InputError with Helm's words. */
export function loadValues(text: string): GoMap {
  let values = new GoMap(new Map());
  for (const document of splitDocuments(text)) {
    try {
      values = mergeMaps(values, decodeMap(document));
    } catch (error) {
      throw prefixed("cannot unmarshal yaml document: ", error);
    }
  }
  return values;
}

/** apimachinery's YAMLReader: lines of `---`, alone or with a comment, end a document. */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let current = "";
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line.startsWith("---")) {
      const rest = line.slice(3).trim();
      if (rest !== "" && !rest.startsWith("#")) {
        throw helmError(`error reading yaml document: invalid Yaml document separator: ${rest}`);
      }
      if (current !== "") {
        documents.push(current);
        current = "";
        continue;
      }
    }
    current += line.endsWith("\n") ? line : `${line}\n`;
  }
  if (current !== "") documents.push(current);
  return documents;
}

/** `b` over `a`, tables merged; neither is changed. */
export function mergeMaps(a: GoMap, b: GoMap): GoMap {
  const out = new Map(a.entries);
  for (const [key, value] of b.entries) {
    const ours = out.get(key);
    out.set(key, value instanceof GoMap && ours instanceof GoMap ? mergeMaps(ours, value) : value);
  }
  return new GoMap(out);
}

/** The table at a dotted path, or undefined. */
export function tableAt(values: GoMap, path: string): GoMap | undefined {
  let table: GoValue = values;
  for (const name of path.split(".")) {
    table = table instanceof GoMap ? table.entries.get(name) : undefined;
    if (!(table instanceof GoMap)) return undefined;
  }
  return table as GoMap;
}

/** The value at a dotted path that is no table, or undefined. */
export function valueAt(values: GoMap, path: string): GoValue {
  const parts = path.split(".");
  const parent = parts.length === 1 ? values : tableAt(values, parts.slice(0, -1).join("."));
  const value = parent?.entries.get(parts.at(-1) as string);
  return value instanceof GoMap ? undefined : value;
}
