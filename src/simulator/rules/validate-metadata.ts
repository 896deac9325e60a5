import { labelValueProblems } from "../../core/manifest/label-rules.js";
import type { ResourceType } from "../api/resource-type.js";
import type { FieldCause } from "../api/status-error.js";
import { type Draft, isDraft, part, text, texts } from "../draft.js";
import { invalidField } from "./causes.js";

const label63 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const texts1123Label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const texts1123Subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const texts1035Label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const textsQualifiedName =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** Names, labels, annotations, owner references and finalizers of any object. */
export function validateMetadata(type: ResourceType, draft: Draft): readonly FieldCause[] {
  const metadata = part(draft, "metadata") ?? {};
  const causes: FieldCause[] = [];
  for (const message of nameProblems(type, text(metadata, "name")))
    causes.push(invalidField("metadata.name", text(metadata, "name"), message));
  for (const [key, value] of Object.entries(part(metadata, "labels") ?? {})) {
    for (const message of keyProblems(key)) causes.push(invalidField("metadata.labels", key, message));
    const found = String(value);
    for (const message of labelValueProblems(found, { unit: "characters" }))
      causes.push(invalidField("metadata.labels", found, message));
  }
  let size = 0;
  for (const [key, value] of Object.entries(part(metadata, "annotations") ?? {})) {
    for (const message of keyProblems(key.toLowerCase())) causes.push(invalidField("metadata.annotations", key, message));
    size += key.length + String(value).length;
  }
  if (size > 256 * 1024)
    causes.push({
      reason: "FieldValueTooLong",
      message: "Too long: may not be more than 262144 bytes",
      field: "metadata.annotations",
    });
  for (const [index, owner] of (Array.isArray(metadata["ownerReferences"]) ? metadata["ownerReferences"] : []).entries()) {
    if (!isDraft(owner)) continue;
    for (const key of ["apiVersion", "kind", "name", "uid"]) {
      if (text(owner, key) === "")
        causes.push(invalidField(`metadata.ownerReferences[${index}].${key}`, "", "must not be empty"));
    }
  }
  for (const [index, finalizer] of texts(metadata, "finalizers").entries()) {
    for (const message of keyProblems(finalizer)) causes.push(invalidField("metadata.finalizers", finalizer, message));
    // Definitions and custom resources are not asked: only what core's own validation looks at.
    const isCore = !type.custom && type.group !== "apiextensions.k8s.io";
    if (isCore && !finalizer.includes("/") && !standardFinalizers.has(finalizer))
      causes.push(
        invalidField(
          `metadata.finalizers[${index}]`,
          finalizer,
          "name is neither a standard finalizer name nor is it fully qualified",
        ),
      );
  }
  return causes;
}

const standardFinalizers = new Set(["kubernetes", "orphan", "foregroundDeletion"]);
const pathNames = new Set(["roles", "clusterroles", "rolebindings", "clusterrolebindings"]);

function nameProblems(type: ResourceType, name: string): readonly string[] {
  if (pathNames.has(type.plural) && type.group === "rbac.authorization.k8s.io") {
    return /[/%]/.test(name) || name === "." || name === ".." ? ["may not contain '/' or '%'"] : [];
  }
  if (type.storage === "namespaces.") return labelProblems(name, label63, texts1123Label);
  if (type.storage === "services.") return type.group === "" ? labelProblems(name, label1035, texts1035Label) : [];
  const problems: string[] = [];
  if (name.length > 253) problems.push("must be no more than 253 characters");
  if (!subdomain.test(name)) problems.push(texts1123Subdomain);
  return problems;
}

function labelProblems(name: string, pattern: RegExp, message: string): readonly string[] {
  return [...(name.length > 63 ? ["must be no more than 63 characters"] : []), ...(pattern.test(name) ? [] : [message])];
}

function keyProblems(key: string): readonly string[] {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  const problems: string[] = [];
  if (prefix === "") problems.push("prefix part must be non-empty");
  else if (prefix !== undefined && !subdomain.test(prefix)) problems.push(`prefix part ${texts1123Subdomain}`);
  if (name === "") problems.push("name part must be non-empty");
  else if (name.length > 63) problems.push("name part must be no more than 63 characters");
  if (!qualifiedName.test(name)) problems.push(textsQualifiedName);
  return problems;
}
