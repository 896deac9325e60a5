import { type Command, Option } from "commander";

/** Of an installation, of a cluster, of caches and of terminals: scripts may give them, and what `template` prints does not depend on them. */
const switches = [
  "create-namespace",
  "disable-openapi-validation",
  "force-conflicts",
  "force-replace",
  "kube-insecure-skip-tls-verify",
  "replace",
  "rollback-on-failure",
  "server-side",
  "skip-crds",
  "take-ownership",
  "wait-for-jobs",
];
const withValue = [
  "--burst-limit <n>",
  "--color <when>",
  "--colour <when>",
  "--content-cache <folder>",
  "--description <text>",
  "--keyring <file>",
  "--kube-apiserver <address>",
  "--kube-as-group <name>",
  "--kube-as-user <name>",
  "--kube-ca-file <file>",
  "--kube-context <name>",
  "--kube-tls-server-name <name>",
  "--kube-token <token>",
  "--kubeconfig <file>",
  "-l, --labels <labels>",
  "--qps <n>",
  "--registry-config <file>",
  "--repository-cache <folder>",
  "--repository-config <file>",
  "--timeout <duration>",
];

/** Takes the flags of `helm template` that change nothing in what it prints, and shows none of them. */
export function takeHelmFlagsWithoutEffect(command: Command): void {
  for (const name of switches) command.addOption(new Option(`--${name}`).hideHelp());
  for (const flag of withValue) command.addOption(new Option(flag).hideHelp());
  command.addOption(new Option("--wait [strategy]").hideHelp());
}
