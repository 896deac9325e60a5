import { parseYaml } from "../../yaml/parse.js";
import type { IamPolicyArgs } from "../kustomization/fields.js";
import { kustomizeError } from "../model/errors.js";
import type { NodeMap } from "../nodes/node.js";

/** IAMPolicyGenerator: a ServiceAccount bound to a Google service account. The names are read as the YAML that they are put into. */
export function generateIamPolicy(args: IamPolicyArgs): NodeMap {
  if (args.cloud !== "gke") throw kustomizeError("KUSTOMIZE_GENERATOR", `cloud provider ${args.cloud ?? ""} not supported yet`);
  const { kubernetesService = {}, serviceAccount = {} } = args;
  const account = `${serviceAccount.name ?? ""}@${serviceAccount.projectId ?? ""}.iam.gserviceaccount.com`;
  const lines = [
    "",
    "apiVersion: v1",
    "kind: ServiceAccount",
    "metadata:",
    "  annotations:",
    `    iam.gke.io/gcp-service-account: ${account}`,
    `  name: ${kubernetesService.name ?? ""}`,
    "",
    ...(kubernetesService.namespace ? [`  namespace: ${kubernetesService.namespace}`] : []),
  ];
  const text = lines.join("\n");
  return parseYaml(text, { dialect: "kustomize", keepStyle: true }) as unknown as NodeMap;
}
