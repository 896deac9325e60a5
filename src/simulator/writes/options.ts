/** Who writes, and how. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** Never empty: from `fieldManager`, or the first word of the user agent. */
  readonly fieldManager: string;
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
  readonly force: boolean;
  readonly subresource: string;
  /** Texts for `Warning` headers are added here. */
  readonly warn: (text: string) => void;
}

/** The name under which the cluster's own controllers write. */
export const controllerManager = "kube-controller-manager";

/** A write by one of the cluster's own controllers. */
export function internalWrite(subresource = ""): WriteOptions {
  return {
    dryRun: false,
    fieldManager: controllerManager,
    fieldValidation: "Ignore",
    force: false,
    subresource,
    warn: () => {},
  };
}
