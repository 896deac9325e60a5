import type { ResourceQuery } from "../core/applicationset/index.js";
import { InputError } from "../core/errors.js";
import { asValue } from "../core/manifest/object.js";
import type { ValueObject } from "../core/manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../core/manifest/value.js";
import type { ClusterPort } from "../ports/cluster.js";

/** The objects that a clusterDecisionResource generator means. Throws InputError where the API server does not know the kind. */
export async function listQueried(hub: ClusterPort, namespace: string, query: ResourceQuery): Promise<readonly ValueObject[]> {
  const known = (await hub.discover()).find(
    (resource) => resource.group === query.group && resource.version === query.version && resource.resource === query.resource,
  );
  if (!known) {
    const { group, version, resource } = query;
    throw new InputError(`the hub has no resource ${resource}.${version}.${group}`, {
      code: "APPSET_CLUSTER_DECISION",
      hint: "install its CRD",
    });
  }
  const labelSelector = query.labelSelector ? selectorText(query.labelSelector) : "";
  const { items } = await hub.list(known, { namespace, ...(labelSelector === "" ? {} : { labelSelector }) });
  return items.filter((item) => query.name === undefined || item.metadata.name === query.name).map(asValue);
}

/** A LabelSelector as the `labelSelector` parameter of a request. */
function selectorText(selector: ValueObject): string {
  const equal = Object.entries(objectAt(selector, "matchLabels")).map(([key, value]) => `${key}=${value}`);
  const expressions = listAt(selector, "matchExpressions").filter(isObject).map(expressionText);
  return [...equal, ...expressions].join(",");
}

function expressionText(expression: ValueObject): string {
  const key = stringAt(expression, "key");
  const values = listAt(expression, "values").join(",");
  switch (stringAt(expression, "operator")) {
    case "In":
      return `${key} in (${values})`;
    case "NotIn":
      return `${key} notin (${values})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    default:
      throw new InputError(`"${stringAt(expression, "operator")}" is not a valid label selector operator`, {
        code: "APPSET_SELECTOR",
      });
  }
}
