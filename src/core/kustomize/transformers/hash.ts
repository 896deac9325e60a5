import { sha256Hex } from "../../../platform/hash.js";
import { isObject, type Value } from "../../manifest/value.js";
import { emitJson } from "../../yaml/json.js";
import { annotation, buildAnnotations } from "../model/annotations.js";
import { withName } from "../model/generated.js";
import { withStoredId } from "../model/history.js";
import { toJson } from "../nodes/json.js";
import { childOf, isList, isMap, type Node, type NodeMap, textOf } from "../nodes/node.js";
import type { Transformer } from "./transformer.js";

/** HashTransformer: appends a hash of their content to the names of what generators made. */
export const hashTransformer: Transformer = {
  kind: "HashTransformer",
  transform(map) {
    map.update((resource) => {
      if (annotation(resource.value, buildAnnotations.needsHashSuffix) !== "enabled") return resource;
      const hash = contentHash(resource.value);
      const stored = withStoredId(resource);
      return stored.with(withName(stored.value, `${resource.name}-${hash}`));
    });
  },
};

const letters: { readonly [digit: string]: string } = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

/** Ten letters of the SHA-256 of the content, without vowels and look-alikes. */
export function contentHash(value: NodeMap): string {
  const data = childOf(value, "data");
  const kind = textOf(childOf(value, "kind"));
  const hasOtherData = value["binaryData"] !== undefined || value["stringData"] !== undefined;
  if (!isMap(data) || hasOtherData || (kind !== "ConfigMap" && kind !== "Secret")) return hashOf(value);
  const type = `${kind}/${textOf(childOf(value, "type"))}`;
  const known = hashesOfData.get(data);
  if (known?.type === type) return known.hash;
  const hash = hashOf(value);
  hashesOfData.set(data, { type, hash });
  return hash;
}

/** Overlays that leave the data of their base as it is share its hash. */
const hashesOfData = new WeakMap<NodeMap, { readonly type: string; readonly hash: string }>();

function hashOf(value: NodeMap): string {
  const digest = sha256Hex(emitJson(hashedContent(value)));
  return [...digest.slice(0, 10)].map((digit) => letters[digit] ?? digit).join("");
}

function hashedContent(value: NodeMap): Value {
  const kind = textOf(childOf(value, "kind"));
  if (kind === "ConfigMap") {
    const binary = part(value, "binaryData");
    return { kind, name: "", data: part(value, "data"), ...(isObject(binary) ? { binaryData: binary } : {}) };
  }
  if (kind !== "Secret") return toJson(value);
  const strings = part(value, "stringData");
  return {
    kind,
    type: part(value, "type"),
    name: "",
    data: part(value, "data"),
    ...(isObject(strings) ? { stringData: strings } : {}),
  };
}

/** A field as the hash sees it: "" where it is missing, a scalar as its text. */
function part(value: NodeMap, field: string): Value {
  const found = childOf(value, field);
  if (isMap(found) || isList(found)) return asFloats(toJson(found as Node));
  return textOf(found);
}

/** The original reads these fields as JSON, whose numbers are floats: integers beyond 2^53 lose digits. */
function asFloats(value: Value): Value {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(asFloats);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asFloats(item as Value)]));
}
