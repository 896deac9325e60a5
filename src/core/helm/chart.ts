import type { GoMap } from "../gotemplate/value/value.js";

/** A file of a chart; the name is relative to the chart, `/`-separated. */
export interface ChartFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Maintainer {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

/** An entry of `dependencies` in Chart.yaml. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
  readonly tags: readonly string[];
  readonly importValues: readonly unknown[];
  readonly alias: string;
  readonly enabled: boolean;
}

/** Chart.yaml. Absent strings are "". */
export interface Metadata {
  readonly name: string;
  readonly home: string;
  readonly sources: readonly string[];
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly maintainers: readonly Maintainer[];
  readonly icon: string;
  readonly apiVersion: string;
  readonly condition: string;
  readonly tags: string;
  readonly appVersion: string;
  readonly deprecated: boolean;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly kubeVersion: string;
  readonly dependencies: readonly Dependency[];
  readonly type: string;
}

/** A loaded chart with the charts of its `charts/` folder. Never changed: processing gives new charts. */
export interface Chart {
  readonly metadata: Metadata;
  readonly templates: readonly ChartFile[];
  /** All other files: `.Files`, crds/ and the like. */
  readonly files: readonly ChartFile[];
  /** values.yaml; templates never see this map itself. */
  readonly values: GoMap;
  readonly schema: string | undefined;
  readonly lock: Uint8Array | undefined;
  readonly dependencies: readonly Chart[];
}
