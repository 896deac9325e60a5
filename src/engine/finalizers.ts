import type { DeleteHookType } from "../core/sync/hooks.js";
import type { ClusterPort } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import type { Application } from "./application.js";
import { applicationOf } from "./application.js";
import type { Informer } from "./informer.js";

/** The finalizers that keep an Application until its hooks have run, and until they have been cleared away (Argo CD). */
export const hookFinalizers: Readonly<Record<DeleteHookType, { readonly run: string; readonly cleanup: string }>> = {
  PreDelete: {
    run: "pre-delete-finalizer.argocd.argoproj.io",
    cleanup: "pre-delete-finalizer.argocd.argoproj.io/cleanup",
  },
  PostDelete: {
    run: "post-delete-finalizer.argocd.argoproj.io",
    cleanup: "post-delete-finalizer.argocd.argoproj.io/cleanup",
  },
};

export function hasFinalizer(app: Application, finalizer: string): boolean {
  return app.object.metadata.finalizers?.includes(finalizer) ?? false;
}

/** An Application's finalizers with those of the hooks that its manifests have, and without those of hooks that they have not. */
export function finalizersWithHooks(
  finalizers: readonly string[],
  has: Readonly<Record<DeleteHookType, boolean>>,
): readonly string[] {
  let next = finalizers;
  for (const type of ["PreDelete", "PostDelete"] as const)
    for (const finalizer of Object.values(hookFinalizers[type])) {
      if (!has[type]) next = next.filter((name) => name !== finalizer);
      else if (!next.includes(finalizer)) next = [...next, finalizer];
    }
  return next;
}

/**
 * Writes an Application's finalizers, if nobody else has changed it since: undefined where somebody has, or where it is gone with its
 * last finalizer.
 */
export async function writeFinalizers(
  place: { readonly hub: ClusterPort; readonly applications: Informer },
  app: Application,
  finalizers: readonly string[],
): Promise<Application | undefined> {
  const { apiVersion, kind, metadata } = app.object;
  const { resourceVersion } = metadata;
  const patch = {
    metadata: {
      finalizers: finalizers.length > 0 ? finalizers : null,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
  try {
    const ref = { apiVersion, kind, namespace: app.namespace, name: app.name };
    const left = await place.hub.patch(ref, patch, { type: "merge", fieldManager: "argocd-controller" });
    if (finalizers.length > 0 || left.metadata.deletionTimestamp === undefined) place.applications.assume(left);
    return applicationOf(left);
  } catch (error) {
    if (error instanceof ClusterError && (error.status === 404 || error.reason === "Conflict")) return undefined;
    throw error;
  }
}
