import { Environment } from "@marcbachmann/cel-js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import { forbidden, StatusError } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { type Labels, labelSelectorOf } from "../store/selectors.js";
import { storeKey } from "../store/store.js";
import { controllerManager, type WriteOptions } from "../writes/options.js";

export type AdmissionOperation = "CREATE" | "UPDATE" | "DELETE";

/** What is to be written (or was there, for a deletion). */
export interface AdmissionRequest {
  readonly type: ResourceType;
  readonly operation: AdmissionOperation;
  readonly object: KubernetesObject | undefined;
  readonly oldObject: KubernetesObject | undefined;
  readonly options: Pick<WriteOptions, "dryRun" | "subresource" | "fieldManager">;
}

const policies = "validatingadmissionpolicies.admissionregistration.k8s.io";
const bindings = "validatingadmissionpolicybindings.admissionregistration.k8s.io";
const codes: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413 };
const variableNames = ["object", "oldObject", "request", "namespaceObject", "params", "variables"] as const;
const cel = variableNames.reduce(
  (environment, name) => environment.registerVariable(name, "dyn"),
  new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true }),
);

/** Throws what a ValidatingAdmissionPolicy with a binding that denies says against the request, in the API server's words. */
export function enforcePolicies(cluster: Cluster, request: AdmissionRequest): void {
  // The cluster's own controllers are taken at their word.
  if (request.options.fieldManager === controllerManager) return;
  for (const { object: binding } of cluster.store.list(bindings)) {
    const spec = specOf(binding);
    if (!listAt(spec, "validationActions").includes("Deny")) continue;
    const policy = cluster.store.get(policies, storeKey("", stringAt(spec, "policyName")))?.object;
    if (!policy || !matches(cluster, objectAt(specOf(policy), "matchConstraints"), request)) continue;
    if (isObject(spec["matchResources"]) && !matches(cluster, spec["matchResources"], request)) continue;
    const denial = denialOf(specOf(policy), variablesOf(cluster, request));
    if (denial === undefined) continue;
    const [policyName, bindingName] = [policy.metadata.name, binding.metadata.name];
    const message = `ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}' denied request: ${denial.message}`;
    const refusal = forbidden(request.type, (request.object ?? request.oldObject)?.metadata.name ?? "", message);
    throw new StatusError(codes[denial.reason] ?? 422, denial.reason, refusal.message, {
      ...refusal.details,
      causes: [{ message } as never],
    });
  }
}

function matches(cluster: Cluster, constraints: ValueObject, request: AdmissionRequest): boolean {
  const { type, object, oldObject } = request;
  const subject = object ?? oldObject;
  const rules = (key: string): readonly Value[] => listAt(constraints, key);
  const applies = (rule: Value): boolean => isObject(rule) && isRuled(rule, request);
  if (rules("excludeResourceRules").some(applies)) return false;
  if (rules("resourceRules").length > 0 && !rules("resourceRules").some(applies)) return false;
  const namespace = type.namespaced ? namespaceOf(cluster, subject?.metadata.namespace) : subject;
  return (
    isSelected(constraints["namespaceSelector"], namespace?.metadata.labels) &&
    isSelected(constraints["objectSelector"], subject?.metadata.labels)
  );
}

/** Unlike elsewhere, a selector that is absent selects everything. */
function isSelected(selector: Value | undefined, labels: Labels | undefined): boolean {
  return selector === undefined || labelSelectorOf(selector)(labels);
}

function namespaceOf(cluster: Cluster, name = ""): KubernetesObject | undefined {
  return cluster.store.get("namespaces.", storeKey("", name))?.object;
}

function isRuled(rule: ValueObject, { type, operation, object, oldObject, options }: AdmissionRequest): boolean {
  const has = (key: string, value: string): boolean => listAt(rule, key).some((one) => one === "*" || one === value);
  const resource = options.subresource === "" ? type.plural : `${type.plural}/${options.subresource}`;
  const resources = listAt(rule, "resources").map(String);
  const isNamed = resources.some(
    (one) =>
      one === resource ||
      one === "*/*" ||
      (one === "*" && options.subresource === "") ||
      one === `${type.plural}/*` ||
      (options.subresource !== "" && one === `*/${options.subresource}`),
  );
  const names = listAt(rule, "resourceNames");
  return (
    isNamed &&
    has("apiGroups", type.group) &&
    has("apiVersions", type.version) &&
    has("operations", operation) &&
    (names.length === 0 || names.includes((object ?? oldObject)?.metadata.name ?? ""))
  );
}

interface Denial {
  readonly message: string;
  readonly reason: string;
}

type Variables = { readonly [name: string]: unknown };

function denialOf(spec: ValueObject, given: Variables): Denial | undefined {
  const isStrict = stringAt(spec, "failurePolicy") !== "Ignore";
  const failed = (expression: string, error: unknown): Denial | undefined => {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return isStrict ? { message: `expression '${expression}' resulted in error: ${reason}`, reason: "Invalid" } : undefined;
  };
  const variables: { [name: string]: unknown } = {};
  const context = { ...given, variables };
  for (const variable of objects(spec, "variables")) {
    try {
      variables[stringAt(variable, "name")] = cel.evaluate(stringAt(variable, "expression"), context);
    } catch (error) {
      return failed(stringAt(variable, "expression"), error);
    }
  }
  for (const condition of objects(spec, "matchConditions")) {
    try {
      if (cel.evaluate(stringAt(condition, "expression"), context) !== true) return undefined;
    } catch (error) {
      return failed(stringAt(condition, "expression"), error);
    }
  }
  for (const validation of objects(spec, "validations")) {
    const expression = stringAt(validation, "expression");
    try {
      if (cel.evaluate(expression, context) === true) continue;
    } catch (error) {
      const denial = failed(expression, error);
      if (denial) return denial;
      continue;
    }
    const message = told(stringAt(validation, "messageExpression"), context) || stringAt(validation, "message");
    return {
      message: message || `failed expression: ${expression.trim()}`,
      reason: stringAt(validation, "reason") || "Invalid",
    };
  }
  return undefined;
}

/** A message expression that fails is passed over. */
function told(expression: string, context: Variables): string {
  if (expression === "") return "";
  try {
    return String(cel.evaluate(expression, context));
  } catch {
    return "";
  }
}

function variablesOf(cluster: Cluster, request: AdmissionRequest): Variables {
  const { type, operation, object, oldObject, options } = request;
  const { name = "", namespace = "" } = (object ?? oldObject)?.metadata ?? {};
  const resource = { group: type.group, version: type.version, resource: type.plural };
  const kind = { group: type.group, version: type.version, kind: type.kind };
  const { dryRun, subresource: subResource } = options;
  return {
    object: celValue(object ?? null),
    oldObject: celValue(oldObject ?? null),
    request: { operation, name, namespace, resource, kind, dryRun, subResource },
    namespaceObject: celValue(namespaceOf(cluster, namespace) ?? null),
    params: null,
  };
}

/** Whole numbers are CEL's ints, which JavaScript has as bigints. */
function celValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, celValue(member)]));
}

function objects(spec: ValueObject, key: string): readonly ValueObject[] {
  return listAt(spec, key).filter(isObject);
}

function specOf(object: KubernetesObject): ValueObject {
  return objectAt(object as unknown as ValueObject, "spec");
}
