import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { allVerbs, apiVersionOf, type CustomVersion, type ResourceType, storageOf } from "../api/resource-type.js";
import { type Cluster, now } from "../cluster.js";
import type { Controller } from "../controllers/loop.js";
import { type Draft, draftOf, ensure, finished, part, parts, text, texts } from "../draft.js";
import { storeKey } from "../store/store.js";
import { deleteObject, plainDelete } from "../writes/delete.js";

const crdStorage = "customresourcedefinitions.apiextensions.k8s.io";

/** Serves the resources of CRDs, reports them established, and takes them and their objects away again. */
export function crdController(cluster: Cluster): Controller {
  return {
    name: "crd",
    keysOf: (event) => {
      if (event.storage === crdStorage) {
        // Served at once, so that a client that waits for nothing can use the kind; the conditions follow.
        if (event.kind === "DELETED") withdraw(cluster, event.entry.object);
        else serve(cluster, event.entry.object);
        return [event.entry.object.metadata.name];
      }
      return [];
    },
    reconcile(name) {
      const object = cluster.store.get(crdStorage, storeKey("", name))?.object;
      if (!object) return undefined;
      if (object.metadata.deletionTimestamp !== undefined) return emptyResource(cluster, object) ? undefined : 100;
      reportEstablished(cluster, object);
      return undefined;
    },
  };
}

function serve(cluster: Cluster, crd: KubernetesObject): void {
  cluster.registry.setCustom(crd.metadata.name, typesOf(crd));
}

function withdraw(cluster: Cluster, crd: KubernetesObject): void {
  for (const type of typesOf(crd)) cluster.store.drop(type.storage);
  cluster.registry.setCustom(crd.metadata.name, []);
}

function typesOf(crd: KubernetesObject): readonly ResourceType[] {
  const spec = part(crd as unknown as Draft, "spec") ?? {};
  const names = part(spec, "names") ?? {};
  const group = text(spec, "group");
  const plural = text(names, "plural");
  const kind = text(names, "kind");
  return parts(spec, "versions")
    .filter((version) => version["served"] === true)
    .map((version) => {
      const subresources = part(version, "subresources") ?? {};
      return {
        group,
        version: text(version, "name"),
        kind,
        listKind: text(names, "listKind") || `${kind}List`,
        plural,
        singular: text(names, "singular") || kind.toLowerCase(),
        shortNames: texts(names, "shortNames"),
        categories: texts(names, "categories"),
        namespaced: text(spec, "scope") === "Namespaced",
        verbs: allVerbs,
        subresources: [...(subresources["scale"] ? ["scale"] : []), ...(subresources["status"] ? ["status"] : [])],
        storage: storageOf(group, plural),
        apiVersion: apiVersionOf(group, text(version, "name")),
        custom: customVersion(crd.metadata.name, group, kind, version),
      };
    });
}

function customVersion(crdName: string, group: string, kind: string, version: Draft): CustomVersion {
  const scale = part(part(version, "subresources"), "scale");
  const labelSelectorPath = text(scale, "labelSelectorPath");
  const warning = text(version, "deprecationWarning") || `${group}/${text(version, "name")} ${kind} is deprecated`;
  return {
    crdName,
    schema: part(part(version, "schema"), "openAPIV3Schema") as ValueObject | undefined,
    columns: parts(version, "additionalPrinterColumns") as unknown as readonly ValueObject[],
    scale: scale && {
      specReplicasPath: text(scale, "specReplicasPath"),
      statusReplicasPath: text(scale, "statusReplicasPath"),
      ...(labelSelectorPath === "" ? {} : { labelSelectorPath }),
    },
    deprecated: version["deprecated"] === true ? warning : undefined,
  };
}

function reportEstablished(cluster: Cluster, crd: KubernetesObject): void {
  const draft = draftOf(crd);
  const status = ensure(draft, "status");
  const spec = part(draft, "spec") ?? {};
  if (parts(status, "conditions").some((condition) => condition["type"] === "Established")) return;
  const lastTransitionTime = now(cluster);
  const storageVersion = parts(spec, "versions").find((version) => version["storage"] === true);
  draft["status"] = {
    conditions: [
      { lastTransitionTime, message: "no conflicts found", reason: "NoConflicts", status: "True", type: "NamesAccepted" },
      {
        lastTransitionTime,
        message: "the initial names have been accepted",
        reason: "InitialNamesAccepted",
        status: "True",
        type: "Established",
      },
    ],
    acceptedNames: part(spec, "names") ?? {},
    storedVersions: [text(storageVersion, "name")],
  };
  cluster.store.put(crdStorage, storeKey("", crd.metadata.name), finished(draft));
}

/** Deletes the custom objects of a CRD that is being deleted, then frees it. */
function emptyResource(cluster: Cluster, crd: KubernetesObject): boolean {
  const [type] = typesOf(crd);
  if (type) {
    for (const { object } of cluster.store.list(type.storage)) {
      if (object.metadata.deletionTimestamp === undefined)
        deleteObject(cluster, type, object.metadata.namespace ?? "", object.metadata.name, plainDelete);
    }
    if (cluster.store.count(type.storage) > 0) return false;
  }
  const draft = draftOf(crd);
  const metadata = ensure(draft, "metadata");
  const left = texts(metadata, "finalizers").filter((finalizer) => finalizer !== "customresourcecleanup.apiextensions.k8s.io");
  if (left.length > 0) metadata["finalizers"] = left;
  else delete metadata["finalizers"];
  if (left.length === 0) cluster.store.remove(crdStorage, storeKey("", crd.metadata.name), finished(draft));
  else if (left.length !== (crd.metadata.finalizers ?? []).length)
    cluster.store.put(crdStorage, storeKey("", crd.metadata.name), finished(draft));
  return true;
}
