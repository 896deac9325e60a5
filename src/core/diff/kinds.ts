import { base64Encode } from "../../platform/bytes.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue, splitApiVersion } from "../manifest/object.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { isObject, listAt } from "../manifest/value.js";
import { endpointOrder } from "./endpoint-order.js";
import { roundTrip } from "./typed/canonical.js";
import { type GoStruct, goStruct } from "./typed/go-types.js";

/** What the API server or its controllers write otherwise than git does, kind by kind. */
export function normalizeKind(object: KubernetesObject, options: { readonly ignoreAggregatedRoles: boolean }): KubernetesObject {
  const { group } = splitApiVersion(object.apiVersion);
  if (group === "") {
    if (object.kind === "Secret") return normalizeSecret(object);
    return object.kind === "Endpoints" ? normalizeEndpoints(object) : object;
  }
  const isRole = group === "rbac.authorization.k8s.io" && (object.kind === "ClusterRole" || object.kind === "Role");
  return isRole ? normalizeRole(object, options.ignoreAggregatedRoles) : object;
}

/** stringData becomes data, null becomes "". */
export function normalizeSecret(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret" || object.apiVersion.includes("/")) return object;
  const merged = withStringData(asValue(object));
  const secret = goStruct("core/v1.Secret");
  const typed = secret && roundTrip(merged, secret, { strict: false });
  const data = typed?.["data"];
  if (!isObject(data)) return asObject(merged);
  const filled = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, isEmptyData(value) ? "" : value]));
  return asObject({ ...merged, data: filled });
}

function isEmptyData(value: Value): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

// A value that is no text goes along as it is, so that the apply fails on it.
function withStringData(secret: ValueObject): ValueObject {
  const { stringData, ...rest } = secret;
  if (!isObject(stringData)) return secret;
  const existing = secret["data"];
  const encoded = Object.entries(stringData).map(([key, value]): [string, Value] => [
    key,
    typeof value === "string" ? base64Encode(value) : (value as Value),
  ]);
  return { ...rest, data: { ...(isObject(existing) ? existing : {}), ...Object.fromEntries(encoded) } };
}

/** Empty rules, and on request those of an aggregated role, become null. */
function normalizeRole(object: KubernetesObject, ignoreAggregatedRoles: boolean): KubernetesObject {
  const role = asValue(object);
  if (ignoreAggregatedRoles && isObject(role["aggregationRule"])) return asObject({ ...role, rules: null });
  const rules = role["rules"];
  return Array.isArray(rules) && rules.length === 0 ? asObject({ ...role, rules: null }) : object;
}

/** Subsets, addresses and ports in a fixed order, with the default protocol. */
function normalizeEndpoints(object: KubernetesObject): KubernetesObject {
  const type: GoStruct | undefined = goStruct("core/v1.Endpoints");
  const typed = type && roundTrip(asValue(object), type, { strict: false, complete: true });
  if (!typed) return object;
  const subsets = listAt(typed, "subsets").map((subset) => withProtocols(subset));
  return asObject(Object.hasOwn(typed, "subsets") ? { ...typed, subsets: endpointOrder(subsets) } : typed);
}

function withProtocols(subset: Value): Value {
  if (!isObject(subset) || !Array.isArray(subset["ports"])) return subset;
  const ports = subset["ports"].map((port: Value) => (isObject(port) && !port["protocol"] ? { ...port, protocol: "TCP" } : port));
  return { ...subset, ports };
}
