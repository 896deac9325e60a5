import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ValueObject } from "../../core/manifest/value.js";
import { apiVersionOf, type ResourceType } from "../api/resource-type.js";
import { pathNotFound } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { customSchemas } from "../crd/openapi.js";
import { type Exchange, sendJson } from "./exchange.js";

type Schemas = { readonly [name: string]: ValueObject };

let loaded: Schemas | undefined;

/** The published schemas of the built-in kinds; read once a process. */
export function builtInSchemas(): Schemas {
  loaded ??= JSON.parse(readFileSync(new URL("../openapi/schemas.generated.json", import.meta.url), "utf8")) as Schemas;
  return loaded;
}

/** `/openapi/v3`: the index, and a document for each group and version. */
export function serveOpenApi(exchange: Exchange): void {
  const { cluster, path } = exchange;
  const rest = path.slice("/openapi/v3".length).replace(/^\/|\/$/g, "");
  const versions = new Map<string, ResourceType[]>();
  for (const type of cluster.registry.all()) {
    const key = type.group === "" ? `api/${type.version}` : `apis/${type.group}/${type.version}`;
    versions.set(key, [...(versions.get(key) ?? []), type]);
  }
  if (rest === "") {
    sendJson(exchange, 200, indexOf(cluster, versions));
    return;
  }
  const types = versions.get(rest);
  if (!types) throw pathNotFound();
  sendJson(exchange, 200, documentOf(types));
}

function indexOf(cluster: Cluster, versions: ReadonlyMap<string, readonly ResourceType[]>): object {
  const paths: Record<string, object> = {};
  for (const [key, types] of versions) {
    const isCustom = types.some((type) => type.custom);
    const hash = createHash("sha256")
      .update(`${cluster.version}|${key}|${isCustom ? `${cluster.name}|${cluster.registry.revision}` : ""}`)
      .digest("hex");
    paths[key] = { serverRelativeURL: `/openapi/v3/${key}?hash=${hash.toUpperCase()}` };
  }
  return { paths };
}

function documentOf(types: readonly ResourceType[]): object {
  const all = builtInSchemas();
  const schemas: Record<string, ValueObject> = {};
  const visit = (name: string): void => {
    const schema = all[name];
    if (schemas[name] !== undefined || schema === undefined) return;
    schemas[name] = schema;
    for (const found of JSON.stringify(schema).matchAll(/#\/components\/schemas\/([^"]+)/g)) visit(found[1]!);
  };
  const paths: Record<string, object> = {};
  for (const type of types) {
    Object.assign(paths, pathsOf(type));
    if (type.custom) {
      for (const [name, schema] of Object.entries(customSchemas(type))) schemas[name] = schema;
    } else visit(builtInSchemaName(type));
  }
  visit("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  visit("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta");
  return { openapi: "3.0.0", info: { title: "Kubernetes", version: "unversioned" }, paths, components: { schemas } };
}

const kindNames = new Map<string, string>();

/** The definition's name of a built-in kind: `io.k8s.api.apps.v1.Deployment`. */
export function builtInSchemaName(type: { readonly group: string; readonly version: string; readonly kind: string }): string {
  if (kindNames.size === 0) {
    for (const [name, schema] of Object.entries(builtInSchemas())) {
      const kinds = schema["x-kubernetes-group-version-kind"];
      if (!Array.isArray(kinds) || kinds.length !== 1) continue;
      const { group, version, kind } = kinds[0] as { group: string; version: string; kind: string };
      kindNames.set(`${group}/${version}/${kind}`, name);
    }
  }
  return kindNames.get(`${type.group}/${type.version}/${type.kind}`) ?? "";
}

const writeParameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string", uniqueItems: true },
}));

function pathsOf(type: ResourceType): Record<string, object> {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${apiVersionOf(type.group, type.version)}`;
  const base = type.namespaced ? `${root}/namespaces/{namespace}/${type.plural}` : `${root}/${type.plural}`;
  const kind = { group: type.group, kind: type.kind, version: type.version };
  const operation = (action: string, parameters: readonly object[] = []): object => ({
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": kind,
    parameters,
    responses: { "200": { description: "OK" } },
  });
  const collection = { get: operation("list"), post: operation("post", writeParameters), delete: operation("deletecollection") };
  const item = {
    get: operation("get"),
    put: operation("put", writeParameters),
    patch: operation("patch", [...writeParameters, { name: "force", in: "query", schema: { type: "boolean" } }]),
    delete: operation("delete"),
  };
  const paths: Record<string, object> = { [base]: collection, [`${base}/{name}`]: item };
  for (const name of type.subresources) {
    if (name === "status")
      paths[`${base}/{name}/status`] = {
        get: operation("get"),
        put: operation("put", writeParameters),
        patch: operation("patch", writeParameters),
      };
  }
  return paths;
}
