import { InputError } from "../../errors.js";
import type { ValueObject } from "../../manifest/value.js";
import { objectAt, stringAt } from "../../manifest/value.js";
import type { GeneratorRun } from "./generator.js";

/** Where a manifest may point a provider's client, by provider key. */
const apiFields = ["github", "gitlab", "gitea", "bitbucketServer", "azureDevOps", "bitbucket"] as const;

/**
 * Refuses providers that the controller does not allow. Throws `InputError` code APPSET_SCM_DISABLED or APPSET_SCM_NOT_ALLOWED.
 * A manifest that names an API URL sends a token there, so the URL must be on the list when there is one.
 */
export function checkProviderAllowed(spec: ValueObject, run: GeneratorRun): void {
  const { enableScmProviders, allowedScmProviders } = run.settings;
  if (!enableScmProviders) throw new InputError("scm providers are disabled", { code: "APPSET_SCM_DISABLED" });
  const url = customApiUrl(spec);
  if (url === "" || allowedScmProviders.length === 0 || allowedScmProviders.includes(url)) return;
  throw new InputError(
    `scm provider not allowed: scm provider ${JSON.stringify(url)} not allowed, must use one of the following: ${allowedScmProviders.join(", ")}`,
    { code: "APPSET_SCM_NOT_ALLOWED", hint: "ask for the URL to be added to the allowed providers of the controller" },
  );
}

function customApiUrl(spec: ValueObject): string {
  const given = apiFields.find((key) => spec[key] !== undefined);
  return given === undefined ? "" : stringAt(objectAt(spec, given), "api");
}
