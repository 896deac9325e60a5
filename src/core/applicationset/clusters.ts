import { base64Decode, utf8DecodeLossy } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";

/** A cluster as its Secret (label `argocd.argoproj.io/secret-type: cluster`) or a short inventory entry describes it. */
export interface Cluster {
  readonly name: string;
  /** As it is written; comparisons ignore closing slashes. */
  readonly server: string;
  /** Undefined where the cluster belongs to no project. */
  readonly project?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Name of the Secret, where there is one. */
  readonly secretName?: string;
}

export const inClusterServer = "https://kubernetes.default.svc";
export const inClusterName = "in-cluster";
export const secretTypeLabel = "argocd.argoproj.io/secret-type";

/** The cluster in a Secret manifest, undefined when it is no cluster Secret of that namespace (any namespace when not given). */
export function clusterFromSecret(manifest: Value, namespace?: string): Cluster | undefined {
  if (!isObject(manifest) || manifest["kind"] !== "Secret") return undefined;
  const metadata = isObject(manifest["metadata"]) ? manifest["metadata"] : {};
  const labels = stringsOf(metadata["labels"]);
  if (labels[secretTypeLabel] !== "cluster") return undefined;
  const own = typeof metadata["namespace"] === "string" ? metadata["namespace"] : undefined;
  if (namespace !== undefined && own !== undefined && own !== namespace) return undefined;
  const fields = { ...decodedData(manifest["data"]), ...stringsOf(manifest["stringData"]) };
  return {
    name: fields["name"] ?? "",
    server: fields["server"] ?? "",
    ...(fields["project"] === undefined ? {} : { project: fields["project"] }),
    labels,
    annotations: stringsOf(metadata["annotations"]),
    secretName: typeof metadata["name"] === "string" ? metadata["name"] : "",
  };
}

/** Reads an inventory: cluster Secrets and lists of `{name, server, labels, annotations, project}`. Throws `InputError` code APPSET_INVENTORY. */
export function clustersFromInventory(documents: readonly Value[], file: string): readonly Cluster[] {
  return documents.flatMap((document) => {
    if (document === null) return [];
    if (Array.isArray(document)) return document.map((entry: Value, index) => clusterFromEntry(entry, `${file}[${index}]`));
    if (!isObject(document)) throw invalidInventory(file, "an inventory holds Secrets or a list of clusters");
    if (Array.isArray(document["items"])) return clustersFromInventory(document["items"] as readonly Value[], file);
    if (Array.isArray(document["clusters"])) return clustersFromInventory([document["clusters"]], file);
    if (document["kind"] !== undefined) return clusterFromSecret(document) ?? [];
    return [clusterFromEntry(document, file)];
  });
}

function clusterFromEntry(entry: Value, where: string): Cluster {
  if (isObject(entry) && entry["kind"] !== undefined) {
    const cluster = clusterFromSecret(entry);
    if (cluster) return cluster;
  }
  if (!isObject(entry) || typeof entry["name"] !== "string") throw invalidInventory(where, "a cluster needs a name");
  const server = entry["server"];
  return {
    name: entry["name"],
    server: typeof server === "string" ? server : inClusterServer,
    ...(typeof entry["project"] === "string" ? { project: entry["project"] } : {}),
    labels: { [secretTypeLabel]: "cluster", ...stringsOf(entry["labels"]) },
    annotations: stringsOf(entry["annotations"]),
  };
}

function stringsOf(value: Value | undefined): Record<string, string> {
  const made: Record<string, string> = {};
  if (isObject(value)) for (const [key, item] of Object.entries(value)) if (typeof item === "string") made[key] = item;
  return made;
}

function decodedData(value: Value | undefined): Record<string, string> {
  const made: Record<string, string> = {};
  for (const [key, item] of Object.entries(stringsOf(value))) {
    const bytes = base64Decode(item);
    if (bytes) made[key] = utf8DecodeLossy(bytes);
  }
  return made;
}

function invalidInventory(where: string, message: string): InputError {
  return new InputError(message, { code: "APPSET_INVENTORY", location: { file: where } });
}
