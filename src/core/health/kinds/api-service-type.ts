import { type GoStruct, type GoType, goStruct } from "../../diff/typed/go-types.js";

/** The Go struct of an APIService, which Kubernetes' client library (and with it our table of built-in kinds) does not have. */
export function apiServiceType(): GoStruct {
  const metadata = goStruct("meta/v1.ObjectMeta");
  return structOf("APIService", { ...(metadata && { metadata }), spec, status });
}

const text: GoType = { kind: "string" };
const number: GoType = { kind: "int32" };

const service = structOf("ServiceReference", { namespace: text, name: text, port: number });

const spec = structOf("APIServiceSpec", {
  service,
  group: text,
  version: text,
  insecureSkipTLSVerify: { kind: "bool" },
  caBundle: { kind: "bytes" },
  groupPriorityMinimum: number,
  versionPriority: number,
});

const condition = structOf("APIServiceCondition", {
  type: text,
  status: text,
  lastTransitionTime: { kind: "time" },
  reason: text,
  message: text,
});

const status = structOf("APIServiceStatus", { conditions: { kind: "list", element: condition } });

function structOf(name: string, types: { readonly [field: string]: GoType }): GoStruct {
  const unmerged = { omitEmpty: true, omitZero: false, strategies: [], mergeKey: "" };
  const fields = new Map(Object.entries(types).map(([field, type]) => [field, { name: field, type, ...unmerged }]));
  return { kind: "struct", name, fields };
}
