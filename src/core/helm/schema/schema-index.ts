import { isObject, type Value, type ValueObject } from "../../manifest/value.js";
import { helmError } from "../failure.js";
import { metaschemaAt } from "./metaschema.js";

export type Draft = 4 | 6 | 7 | 2019 | 2020;
/** A schema with the place that its references are relative to. */
export interface Located {
  readonly schema: Value;
  readonly base: string;
}

const rootUrl = "file:///values.schema.json";
const drafts: ReadonlyMap<string, Draft> = new Map([
  ["json-schema.org/draft-04/schema", 4],
  ["json-schema.org/draft-06/schema", 6],
  ["json-schema.org/draft-07/schema", 7],
  ["json-schema.org/draft/2019-09/schema", 2019],
  ["json-schema.org/draft/2020-12/schema", 2020],
  ["json-schema.org/schema", 2020],
]);

/** The draft that `$schema` names; the newest where it names none. Throws HELM_SCHEMA for one that would have to be fetched. */
export function draftOf(document: Value): Draft {
  const dialect = isObject(document) ? document["$schema"] : undefined;
  if (typeof dialect !== "string") return 2020;
  const draft = drafts.get(dialect.replace(/^https?:\/\//, "").replace(/#$/, ""));
  if (draft !== undefined) return draft;
  const address = dialect.replace(/#.*$/, "");
  const reason = /^[A-Za-z]+:/.test(address) ? "remote references are not loaded" : `no URLLoader registered for "${address}"`;
  throw failure(`failing loading "${address}": ${reason}`);
}

/** Keywords whose values are no schemas. */
const opaque = new Set(["enum", "const", "default", "examples", "required", "$comment"]);

/** A schema document: its draft, and where its references lead. Nothing is ever fetched. */
export class SchemaIndex {
  readonly draft: Draft;
  readonly root: Located;
  private readonly resources = new Map<string, Value>();
  private readonly anchors = new Map<string, Located>();

  constructor(document: Value, url = rootUrl) {
    this.draft = draftOf(document);
    this.root = { schema: document, base: url };
    this.resources.set(url, document);
    this.collect(document, url, 0);
  }

  /** The schema's own base: that of an `$id`, else the one it stands in. */
  baseOf(schema: ValueObject, base: string): string {
    const id = schema[this.draft === 4 ? "id" : "$id"];
    if (typeof id !== "string" || id.startsWith("#")) return base;
    return resolveUrl(base, id).replace(/#.*$/, "");
  }

  /** Where a reference leads. Throws HELM_SCHEMA for one that is not in the document. */
  resolve(reference: string, base: string): Located {
    const url = resolveUrl(base, reference);
    const hash = url.indexOf("#");
    const address = hash < 0 ? url : url.slice(0, hash);
    const fragment = hash < 0 ? "" : decodeFragment(url.slice(hash + 1));
    const resource = this.resources.get(address) ?? this.metaschema(address);
    if (resource === undefined) return this.outside(address);
    if (fragment !== "" && !fragment.startsWith("/")) {
      const anchored = this.anchors.get(`${address}#${fragment}`);
      if (anchored) return anchored;
      throw failure(`json-pointer in "${url}" not found`);
    }
    return this.walk(resource, address, fragment, url);
  }

  private outside(address: string): Located {
    // Unknown urns allow everything, as in Helm.
    if (address.startsWith("urn:")) return { schema: true, base: address };
    const path = address.replace(/^file:\/\//, "");
    const reason = address.startsWith("file:") ? `open ${path}: no such file or directory` : "remote references are not loaded";
    throw failure(`failing loading "${address}": ${reason}`);
  }

  private metaschema(address: string): Value | undefined {
    const found = metaschemaAt(address);
    if (found === undefined) return undefined;
    this.resources.set(address, found);
    this.collect(found, address, 0);
    return found;
  }

  private walk(resource: Value, address: string, pointer: string, url: string): Located {
    let schema = resource;
    let base = address;
    for (const token of pointer.split("/").slice(1)) {
      const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
      let next: Value | undefined;
      if (Array.isArray(schema)) next = (schema as readonly Value[])[Number(key)];
      else if (isObject(schema) && Object.hasOwn(schema, key)) next = schema[key];
      if (next === undefined) throw failure(`json-pointer in "${url}" not found`);
      schema = next;
      if (isObject(schema)) base = this.baseOf(schema, base);
    }
    return { schema, base };
  }

  private collect(value: Value, base: string, depth: number): void {
    if (depth > 500) throw failure("the schema is nested too deeply");
    if (Array.isArray(value)) {
      for (const item of value as readonly Value[]) this.collect(item, base, depth + 1);
      return;
    }
    if (!isObject(value)) return;
    const here = this.baseOf(value, base);
    if (here !== base) this.resources.set(here, value);
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const anchor = value[keyword];
      if (typeof anchor === "string") this.anchors.set(`${here}#${anchor}`, { schema: value, base: here });
    }
    const id = value[this.draft === 4 ? "id" : "$id"];
    if (typeof id === "string" && id.startsWith("#")) this.anchors.set(`${here}${id}`, { schema: value, base: here });
    for (const [key, item] of Object.entries(value)) if (!opaque.has(key)) this.collect(item, here, depth + 1);
  }
}

function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986's resolution, as far as schemas need it. */
function resolveUrl(base: string, reference: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(reference)) return reference;
  if (reference.startsWith("#")) return base.replace(/#.*$/, "") + reference;
  const [, origin = "", path = ""] = /^([A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]*)?)([^?#]*)/.exec(base) ?? [];
  const joined = reference.startsWith("/") ? reference : path.slice(0, path.lastIndexOf("/") + 1) + reference;
  const parts: string[] = [];
  for (const part of joined.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return origin + parts.join("/");
}

export function failure(message: string): ReturnType<typeof helmError> {
  return helmError(message, { code: "HELM_SCHEMA", file: "values.schema.json" });
}
