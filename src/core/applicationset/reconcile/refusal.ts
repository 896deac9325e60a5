import { labelKeyProblems, labelValueProblems } from "../../manifest/label-rules.js";
import type { ValueObject } from "../../manifest/value.js";
import { admitApplication } from "../admission/admit.js";

interface Metadata {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** Why an API server would refuse to write this Application, in its words; undefined when it would take it. */
export function refusalOf(application: { readonly metadata: Metadata; readonly spec: ValueObject }): string | undefined {
  const name = application.metadata.name ?? "";
  const problems = [...metadataProblems(application.metadata), ...admitApplication({ spec: application.spec }).errors];
  if (problems.length === 0) return undefined;
  const text = problems.length === 1 ? problems[0]! : `[${problems.join(", ")}]`;
  return `Application.argoproj.io ${JSON.stringify(name)} is invalid: ${text}`;
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const maxAnnotationBytes = 256 * 1024;

function metadataProblems(metadata: Metadata): string[] {
  return [
    ...nameProblems(metadata.name ?? ""),
    ...labelProblems(metadata.labels ?? {}),
    ...annotationProblems(metadata.annotations ?? {}),
    ...finalizerProblems(metadata.finalizers ?? []),
  ];
}

function nameProblems(name: string): string[] {
  if (name === "") return ["metadata.name: Required value: name or generateName is required"];
  const problems: string[] = [];
  if (name.length > 253) problems.push("must be no more than 253 characters");
  if (!subdomain.test(name)) problems.push(subdomainRule);
  return problems.map((problem) => `metadata.name: Invalid value: ${JSON.stringify(name)}: ${problem}`);
}

function labelProblems(labels: Readonly<Record<string, string>>): string[] {
  return Object.keys(labels)
    .sort()
    .flatMap((key) => [
      ...labelKeyProblems(key).map((problem) => `metadata.labels: Invalid value: ${JSON.stringify(key)}: ${problem}`),
      ...labelValueProblems(labels[key]!).map(
        (problem) => `metadata.labels: Invalid value: ${JSON.stringify(labels[key])}: ${problem}`,
      ),
    ]);
}

function annotationProblems(annotations: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  let bytes = 0;
  for (const key of Object.keys(annotations).sort()) {
    bytes += key.length + annotations[key]!.length;
    for (const problem of labelKeyProblems(key.toLowerCase()))
      problems.push(`metadata.annotations: Invalid value: ${JSON.stringify(key)}: ${problem}`);
  }
  if (bytes > maxAnnotationBytes)
    problems.push(`metadata.annotations: Too long: may not be more than ${maxAnnotationBytes} bytes`);
  return problems;
}

function finalizerProblems(finalizers: readonly string[]): string[] {
  return finalizers.flatMap((finalizer) =>
    labelKeyProblems(finalizer).map((problem) => `metadata.finalizers: Invalid value: ${JSON.stringify(finalizer)}: ${problem}`),
  );
}
