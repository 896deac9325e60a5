import type { IamPolicyArgs } from "../kustomization/fields.js";
import { kustomizeError } from "../model/errors.js";
import type { NodeMap } from "../nodes/node.js";
import { resolvePlain } from "../nodes/resolve.js";

/** IAMPolicyGenerator: a ServiceAccount bound to a Google service account. */
export function generateIamPolicy(args: IamPolicyArgs): NodeMap {
  if (args.cloud !== "gke") throw kustomizeError("KUSTOMIZE_GENERATOR", `cloud provider ${args.cloud ?? ""} not supported yet`);
  const { kubernetesService = {}, serviceAccount = {} } = args;
  const account = `${serviceAccount.name ?? ""}@${serviceAccount.projectId ?? ""}.iam.gserviceaccount.com`;
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      annotations: { "iam.gke.io/gcp-service-account": account },
      name: resolvePlain(kubernetesService.name ?? ""),
      ...(kubernetesService.namespace ? { namespace: resolvePlain(kubernetesService.namespace) } : {}),
    },
  };
}
