import type { WebhookSecrets } from "./provider.js";

/** Stands among the secrets where one of them could not be found: then somebody is to be asked for one. */
export const unresolvedSecret = "webhook.unresolved";

/**
 * argocd-secret with what its webhook secrets refer to, as Argo CD has it: `$key` is another key of argocd-secret, `$name:key` one of another
 * Secret (`read` gives those that are labelled `app.kubernetes.io/part-of: argocd`). Another Secret that is missing leaves the key empty, so
 * that nobody can forge with the reference's own text.
 */
export async function resolveSecretReferences(
  data: WebhookSecrets,
  read: (name: string) => Promise<WebhookSecrets | undefined>,
): Promise<WebhookSecrets> {
  const resolved: Record<string, string> = { ...data };
  for (const [key, value] of Object.entries(data)) {
    if (!key.startsWith("webhook.") || !value.startsWith("$")) continue;
    const [name, other] = value.slice(1).split(/:(.*)/s) as [string, string | undefined];
    if (other === undefined) resolved[key] = data[name] ?? value;
    else {
      resolved[key] = (await read(name))?.[other] ?? "";
      if (resolved[key] === "") resolved[unresolvedSecret] = key;
    }
  }
  return resolved;
}
