/** How a version of Kubernetes' validation speaks of what it counts, and of a DNS subdomain. */
export interface LabelWording {
  readonly unit: string;
  readonly subdomain: string;
}

const current: LabelWording = { unit: "bytes", subdomain: "a lowercase RFC 1123 subdomain" };

const namePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const prefixPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const nameRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const prefixRule =
  "must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with a label key (Kubernetes: a qualified name), in Kubernetes' words. */
export function labelKeyProblems(key: string, { unit, subdomain }: LabelWording = current): string[] {
  const parts = key.split("/");
  if (parts.length > 2)
    return [`a qualified name ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const problems: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === "") problems.push("prefix part must be non-empty");
    else {
      if (prefix.length > 253) problems.push(`prefix part must be no more than 253 ${unit}`);
      if (!prefixPattern.test(prefix)) problems.push(`prefix part ${subdomain} ${prefixRule}`);
    }
  }
  const name = parts.at(-1)!;
  if (name === "") problems.push("name part must be non-empty");
  else if (name.length > 63) problems.push(`name part must be no more than 63 ${unit}`);
  if (!namePattern.test(name)) problems.push(`name part ${nameRule}`);
  return problems;
}

/** What is wrong with a label value, in Kubernetes' words. */
export function labelValueProblems(value: string, { unit }: Pick<LabelWording, "unit"> = current): string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push(`must be no more than 63 ${unit}`);
  if (value !== "" && !namePattern.test(value)) problems.push(valueRule);
  return problems;
}
