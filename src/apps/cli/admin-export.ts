import { chmod, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import { emitYaml } from "../../core/yaml/emit.js";
import { namespaceTest, readParameters } from "../../engine/parameters.js";
import type { ApiResource, ClusterPort } from "../../ports/cluster.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";

interface Options extends HubOptions {
  readonly out?: string;
  readonly withSecrets?: boolean;
}

/** `fleetwright admin export`: the control plane as YAML, for a backup or another hub. Secrets only on demand and only into a file. */
export function registerAdminExport(admin: Command, io: CliIo): void {
  addHubOptions(
    admin.command("export").description("the control plane as YAML: settings, projects, Applications, ApplicationSets"),
  )
    .option("--out <file>", "write there instead of to standard output (readable by its owner only)")
    .option("--with-secrets", "also clusters, repositories and credentials; needs --out")
    .action((options: Options) =>
      withHub(io, options, async (hub) => {
        if (options.withSecrets === true && options.out === undefined)
          throw new InputError("--with-secrets needs --out: Secrets are not printed", { code: "ADMIN_EXPORT_SECRETS" });
        const objects = await controlPlaneObjects(hub, options);
        const text = objects.map((object) => `---\n${emitYaml(object as unknown as Value, { style: "kubernetes" })}`).join("");
        if (options.out === undefined) return io.out(text);
        await writeFile(options.out, text, { mode: 0o600 });
        await chmod(options.out, 0o600);
        io.err(`${objects.length} objects written to ${options.out}\n`);
      }),
    );
}

const secretType = "argocd.argoproj.io/secret-type";
const ownConfigMaps = /^argocd-.*-cm$|^argocd-cm$/;

/** In the order in which they can be made: settings, Secrets, projects, Applications, ApplicationSets. */
async function controlPlaneObjects(hub: ClusterPort, { namespace, withSecrets }: Options): Promise<readonly KubernetesObject[]> {
  const kinds = await hub.discover();
  const listed = async (group: string, kind: string, others: readonly string[] = []): Promise<readonly KubernetesObject[]> => {
    const resource = kinds.find((each: ApiResource) => each.group === group && each.kind === kind);
    if (resource === undefined) return [];
    const { items } = await hub.list(resource, others.length === 0 ? { namespace } : {});
    const isIncluded = namespaceTest(namespace, others);
    return items.filter(({ metadata }) => isIncluded(metadata.namespace ?? "")).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  };
  const settings = (await listed("", "ConfigMap")).filter(({ metadata }) => ownConfigMaps.test(metadata.name));
  const secrets = withSecrets === true ? (await listed("", "Secret")).filter(isOurs) : [];
  // Where argocd-cmd-params-cm lets Applications and ApplicationSets live elsewhere too.
  const parameters = settings.find(({ metadata }) => metadata.name === "argocd-cmd-params-cm");
  const { applicationNamespaces, applicationSetNamespaces } = readParameters(
    (parameters?.["data"] ?? {}) as Record<string, string>,
  );
  const argo = [
    ...(await listed("argoproj.io", "AppProject")),
    ...(await listed("argoproj.io", "Application", applicationNamespaces)),
    ...(await listed("argoproj.io", "ApplicationSet", applicationSetNamespaces)),
  ];
  // What an ApplicationSet makes comes with it.
  const own = argo.filter((object) => !object.metadata.ownerReferences?.some((owner) => owner.kind === "ApplicationSet"));
  return [...settings, ...secrets, ...own].map(portable);
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Argo CD's label marks Secrets that settings and webhook secrets refer to. */
function isOurs({ metadata }: KubernetesObject): boolean {
  return (
    metadata.labels?.[secretType] !== undefined ||
    metadata.labels?.["app.kubernetes.io/part-of"] === "argocd" ||
    metadata.name === "argocd-secret" ||
    metadata.name === "argocd-notifications-secret"
  );
}

/** Without what only the hub that it came from knows. */
function portable(object: KubernetesObject): KubernetesObject {
  const { status: _, operation: __, ...rest } = object as KubernetesObject & Readonly<Record<"status" | "operation", unknown>>;
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !passing.has(key));
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
      ...(finalizers === undefined ? {} : { finalizers }),
    },
  };
}

const passing = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "argocd.argoproj.io/refresh",
  "fleetwright.dev/hook-intents",
  "fleetwright.dev/notifying",
  "fleetwright.dev/drift",
]);
