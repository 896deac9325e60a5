import { quote } from "../gotemplate/fmt/quote.js";
import type { GoType } from "../gotemplate/value/type.js";
import { types } from "../gotemplate/value/type.js";
import { GoList, GoMap, type GoMethod, GoObject, type GoValue } from "../gotemplate/value/value.js";
import { helmError } from "./failure.js";

/** Helm 4.3's own Kubernetes version, used where none is given. */
const defaultKubeVersion = "v1.37.0";
const helmVersion = "v4.3.1";

/** The API versions that Helm 4.3's client library knows; given ones are added to them. */
const knownApiVersions =
  "v1 admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1alpha1 admissionregistration.k8s.io/v1beta1 internal.apiserver.k8s.io/v1alpha1 apps/v1 apps/v1beta1 apps/v1beta2 authentication.k8s.io/v1 authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1 authorization.k8s.io/v1 authorization.k8s.io/v1beta1 autoscaling/v1 autoscaling/v2 batch/v1 batch/v1beta1 certificates.k8s.io/v1 certificates.k8s.io/v1beta1 certificates.k8s.io/v1alpha1 coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 coordination.k8s.io/v1 discovery.k8s.io/v1 discovery.k8s.io/v1beta1 events.k8s.io/v1 events.k8s.io/v1beta1 extensions/v1beta1 flowcontrol.apiserver.k8s.io/v1 flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1beta3 lifecycle.k8s.io/v1alpha1 networking.k8s.io/v1 networking.k8s.io/v1beta1 node.k8s.io/v1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1 policy/v1 policy/v1beta1 rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1 resource.k8s.io/v1 resource.k8s.io/v1beta2 resource.k8s.io/v1beta1 resource.k8s.io/v1alpha3 scheduling.k8s.io/v1alpha3 scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1 storage.k8s.io/v1beta1 storage.k8s.io/v1 storage.k8s.io/v1alpha1 storagemigration.k8s.io/v1 storagemigration.k8s.io/v1beta1 apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1".split(
    " ",
  );

export interface KubeVersion {
  /** As given, with a leading `v`. */
  readonly version: string;
  /** Without suffixes: what constraints are checked against. */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/** Helm's ParseKubeVersion: two or more numbers, then anything. Throws InputError HELM_KUBE_VERSION. */
export function parseKubeVersion(text: string): KubeVersion {
  const match = /^\s*v?((?:0|[1-9][0-9]*)(?:\.[0-9]+)+)(?:[^0-9.].*|\.[^0-9]*)?\s*$/.exec(text);
  if (!match) {
    throw helmError(`invalid kube version '${text}': could not parse ${quote(text)} as version`, { code: "HELM_KUBE_VERSION" });
  }
  const parts = (match[1] as string).split(".").map((part) => String(BigInt(part)));
  const [major = "0", minor = "0"] = parts;
  return { version: text.startsWith("v") ? text : `v${text}`, normalized: `v${parts.join(".")}`, major, minor };
}

/** `.Capabilities` */
export function capabilities(kubeVersion: string | undefined, apiVersions: readonly string[]): GoCapabilities {
  return new GoCapabilities(parseKubeVersion(kubeVersion || defaultKubeVersion), [...knownApiVersions, ...apiVersions]);
}

class GoStruct extends GoObject {
  constructor(
    readonly type: GoType,
    private readonly values: readonly (readonly [string, GoValue])[],
  ) {
    super();
  }

  override field(name: string): GoValue {
    return this.values.find(([key]) => key === name)?.[1];
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    return this.values;
  }
}

export class GoCapabilities extends GoStruct {
  constructor(
    readonly kubeVersion: KubeVersion,
    apiVersions: readonly string[],
  ) {
    super({ name: "*common.Capabilities", kind: "ptr" }, [
      ["KubeVersion", new GoKubeVersion(kubeVersion)],
      ["APIVersions", new GoList(apiVersions, versionSetType)],
      ["HelmVersion", helmBuild()],
    ]);
  }
}

class GoKubeVersion extends GoStruct {
  constructor(
    private readonly version: KubeVersion,
    private readonly isInPlace = true,
  ) {
    super({ name: "common.KubeVersion", kind: "struct" }, [
      ["Version", version.version],
      ["Major", version.major],
      ["Minor", version.minor],
    ]);
  }

  override textInPlace(): string | undefined {
    return this.isInPlace ? this.version.normalized : undefined;
  }

  override asArgument(): GoKubeVersion {
    return new GoKubeVersion(this.version, false);
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    const [version, ...numbers] = super.fields();
    return [version as readonly [string, GoValue], ["normalizedVersion", this.version.normalized], ...numbers];
  }

  /** Only what is exported. */
  override json(): GoValue {
    return new GoMap(new Map(super.fields()));
  }

  /** Both have pointer receivers. */
  override method(name: string): GoMethod | undefined {
    if (!this.isInPlace) return undefined;
    if (name === "GitVersion") return { params: [], variadic: false, call: () => this.version.version };
    return name === "String" ? { params: [], variadic: false, call: () => this.version.normalized } : undefined;
  }
}

const versionSetType: GoType = {
  name: "common.VersionSet",
  kind: "slice",
  elem: types.string,
  underlying: types.strings,
  methods: (receiver, name) => {
    if (name !== "Has" || !(receiver instanceof GoList)) return undefined;
    const known = new Set(receiver.items);
    return { params: [types.string], variadic: false, call: ([version]) => known.has(version) };
  },
};

function helmBuild(): GoStruct {
  return new HelmBuild({ name: "version.BuildInfo", kind: "struct" }, [
    ["Version", helmVersion],
    ["GitCommit", ""],
    ["GitTreeState", ""],
    ["GoVersion", "go1.26.8"],
    ["KubeClientVersion", "v1.37"],
  ]);
}

class HelmBuild extends GoStruct {
  override json(): GoValue {
    return new GoMap(
      new Map<string, GoValue>([
        ["version", helmVersion],
        ["go_version", "go1.26.8"],
        ["kube_client_version", "v1.37"],
      ]),
    );
  }
}
