import { readFileSync } from "node:fs";
import { base64Encode, utf8DecodeLossy } from "../../platform/bytes.js";
import { readJson } from "../api/json.js";
import { badRequest, StatusError } from "../api/status-error.js";
import type { Draft } from "../draft.js";
import { readFields, type WireField } from "./wire.js";

type Table = { readonly [message: string]: { readonly [number: string]: string } };

const magic = [0x6b, 0x38, 0x73, 0x00];
let table: Table | undefined;

function fieldTable(): Table {
  table ??= JSON.parse(readFileSync(new URL("./fields.generated.json", import.meta.url), "utf8")) as Table;
  return table;
}

/** Messages that Go embeds: JSON shows their fields in the parent. */
const embedded = new Set([
  "ephemeralContainerCommon",
  "handler",
  "ingressRuleValue",
  "localObjectReference",
  "persistentVolumeSource",
  "volumeSource",
  "rule",
]);

/**
 * A Kubernetes protobuf body (`k8s\0` and a `runtime.Unknown`) as a plain object with apiVersion and kind, as `kubectl create` sends them.
 * Throws 400 for what cannot be read, 415 for a kind without a field table.
 */
export function decodeProtobuf(body: Uint8Array): Draft {
  if (!magic.every((byte, index) => body[index] === byte))
    throw badRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  try {
    const fields = readFields(body.subarray(4));
    const typeMeta = readFields(bytesOf(fields, 1));
    const apiVersion = utf8DecodeLossy(bytesOf(typeMeta, 1));
    const kind = utf8DecodeLossy(bytesOf(typeMeta, 2));
    const message = messageOf(apiVersion, kind);
    if (!fieldTable()[message])
      throw new StatusError(415, "UnsupportedMediaType", `no protobuf fields are known for ${apiVersion} ${kind}`);
    return { apiVersion, kind, ...(decodeMessage(message, bytesOf(fields, 2)) as Draft) };
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`unable to decode protobuf: ${error.message}`);
    throw error;
  }
}

function bytesOf(fields: readonly WireField[], number: number): Uint8Array {
  return fields.find((field) => field.number === number)?.bytes ?? new Uint8Array();
}

/** `apps/v1`, `Deployment` → `api.apps.v1.Deployment`. */
function messageOf(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "core" : apiVersion.slice(0, slash).split(".")[0]!;
  const version = apiVersion.slice(slash + 1);
  if (group === "apiextensions") return `apiextensions_apiserver.pkg.apis.apiextensions.${version}.${kind}`;
  if (kind === "DeleteOptions") return `apimachinery.pkg.apis.meta.v1.${kind}`;
  return `api.${group}.${version}.${kind}`;
}

function decodeMessage(message: string, bytes: Uint8Array): unknown {
  const special = decodeSpecial(message.slice(message.lastIndexOf(".") + 1), bytes);
  if (special !== undefined) return special.value;
  const known = fieldTable()[message] ?? {};
  const out: Draft = {};
  for (const field of readFields(bytes)) {
    const [name = "", type = "", ...rest] = (known[field.number] ?? "").split(" ");
    if (name === "") continue;
    if (embedded.has(name) && type.includes(".")) Object.assign(out, decodeValue(type, field));
    else if (type === "map") addEntry(out, name, rest[1] ?? "", field);
    else if (type.startsWith("*"))
      out[name] = [...((out[name] as unknown[] | undefined) ?? []), decodeValue(type.slice(1), field)];
    else out[name] = decodeValue(type, field);
  }
  return out;
}

function addEntry(out: Draft, name: string, valueType: string, field: WireField): void {
  const entry = readFields(field.bytes ?? new Uint8Array());
  const value = entry.find((item) => item.number === 2) ?? { number: 2, value: 0n, bytes: new Uint8Array() };
  out[name] = {
    ...((out[name] as Draft | undefined) ?? {}),
    [utf8DecodeLossy(bytesOf(entry, 1))]: decodeValue(valueType, value),
  };
}

function decodeValue(type: string, field: WireField): unknown {
  switch (type) {
    case "string":
      return utf8DecodeLossy(field.bytes ?? new Uint8Array());
    case "bytes":
      return base64Encode(field.bytes ?? new Uint8Array());
    case "bool":
      return field.value !== 0n;
    case "int32":
    case "int64":
      return shortest(BigInt.asIntN(64, field.value));
    case "uint32":
    case "uint64":
      return shortest(field.value);
    case "double": {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, field.value);
      return view.getFloat64(0);
    }
    default:
      return decodeMessage(type, field.bytes ?? new Uint8Array());
  }
}

function shortest(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Messages that JSON shows as a plain value. */
function decodeSpecial(name: string, bytes: Uint8Array): { readonly value: unknown } | undefined {
  switch (name) {
    case "Quantity":
      return { value: utf8DecodeLossy(bytesOf(readFields(bytes), 1)) || "0" };
    case "IntOrString": {
      const fields = readFields(bytes);
      const isText = fields.some((field) => field.number === 1 && field.value === 1n);
      const number = fields.find((field) => field.number === 2)?.value ?? 0n;
      return { value: isText ? utf8DecodeLossy(bytesOf(fields, 3)) : Number(BigInt.asIntN(32, number)) };
    }
    case "Time":
    case "MicroTime":
      return { value: decodeTime(bytes, name === "MicroTime") };
    case "FieldsV1":
    case "RawExtension":
    case "JSON": {
      const raw = utf8DecodeLossy(bytesOf(readFields(bytes), 1));
      return { value: raw === "" ? null : readJson(raw) };
    }
    default:
      return undefined;
  }
}

function decodeTime(bytes: Uint8Array, micro: boolean): string | null {
  const fields = readFields(bytes);
  const seconds = fields.find((field) => field.number === 1)?.value;
  if (seconds === undefined) return null;
  const nanos = fields.find((field) => field.number === 2)?.value ?? 0n;
  const text = new Date(Number(BigInt.asIntN(64, seconds)) * 1000).toISOString().slice(0, 19);
  return micro ? `${text}.${String(nanos / 1000n).padStart(6, "0")}Z` : `${text}Z`;
}
