import type { KubernetesObject } from "#src/core/manifest/object.js";
import type { Value, ValueObject } from "#src/core/manifest/value.js";

/** One line of the corpus; see its README. */
export interface ApplicationSetCase {
  readonly id: string;
  readonly input: CaseInput;
  readonly expected: {
    readonly admission: {
      readonly valid: boolean;
      readonly errors?: readonly string[];
      readonly pruned?: readonly string[];
      readonly nullsDropped?: readonly string[];
    };
    readonly decodeError?: string;
    readonly generate: ExpectedGenerate;
    readonly rolloutSteps?: {
      readonly steps: readonly (readonly string[])[];
      readonly stepByApplication: Readonly<Record<string, number>>;
    };
    readonly reconcile: readonly ExpectedReconcile[];
    readonly messageVaries?: boolean;
  };
}

export interface ExpectedGenerate {
  readonly applications: readonly { readonly metadata: ValueObject; readonly spec: ValueObject }[];
  readonly ordered: boolean;
  readonly error?: string;
  readonly errorAnyOf?: readonly string[];
  readonly reason?: string;
  readonly panic?: string;
  readonly validationErrors?: Readonly<Record<string, string>>;
  readonly validationErrorsAnyOf?: readonly Readonly<Record<string, string>>[];
}

export interface ExpectedReconcile {
  readonly step?: string;
  readonly error?: string;
  readonly requeueAfterSeconds: number;
  readonly conditions: readonly ValueObject[];
  readonly applicationStatus?: readonly ValueObject[];
  readonly resources?: readonly ValueObject[];
  readonly resourcesCount?: number;
  readonly applications?: readonly ValueObject[];
  readonly applicationsSame?: boolean;
  readonly events: readonly string[];
  readonly applicationSetGone?: boolean;
  readonly applicationSetFinalizers?: readonly string[];
}

export type GitInput = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

export interface CaseInput {
  readonly applicationSet: ValueObject;
  readonly clusters?: readonly ValueObject[];
  readonly projects?: readonly (string | ValueObject)[];
  readonly git?: GitInput;
  readonly configMaps?: readonly ValueObject[];
  readonly secrets?: readonly ValueObject[];
  readonly resources?: readonly ValueObject[];
  readonly plugin?: {
    readonly response?: ValueObject;
    readonly status?: number;
    readonly rawBody?: string;
    readonly echo?: boolean;
    readonly baseUrl?: string;
  };
  readonly scm?: readonly ScmInput[] | { readonly repositories: readonly ScmInput[] };
  readonly pullRequests?: { readonly pullRequests?: readonly ValueObject[]; readonly error?: string };
  readonly existingApplications?: readonly KubernetesObject[];
  readonly controller?: ControllerInput;
  readonly steps?: readonly CaseStep[];
}

export interface ScmInput {
  readonly organization: string;
  readonly repository: string;
  readonly url: string;
  readonly branch: string;
  readonly sha: string;
  readonly labels?: readonly string[];
  readonly repositoryId?: Value;
  readonly paths?: readonly string[];
}

export interface ControllerInput {
  readonly policy?: string;
  readonly enablePolicyOverride?: boolean;
  readonly enableProgressiveSyncs?: boolean;
  readonly preservedLabels?: readonly string[];
  readonly preservedAnnotations?: readonly string[];
  readonly newGitFileGlobbing?: boolean;
  readonly includeHiddenDirectories?: boolean;
  readonly enableScmProviders?: boolean;
  readonly allowedScmProviders?: readonly string[];
  readonly maxResourcesStatusCount?: number;
}

export interface CaseStep {
  readonly name: string;
  readonly reconciles?: number;
  readonly setAppStatus?: Readonly<Record<string, ValueObject>>;
  readonly patchApps?: Readonly<Record<string, ValueObject>>;
  readonly clearOperation?: readonly string[] | boolean;
  readonly deleteApps?: readonly string[];
  readonly removeFinalizers?: readonly string[];
  readonly patchApplicationSet?: ValueObject;
  readonly git?: GitInput;
  readonly addClusters?: readonly ValueObject[];
  readonly deleteClusters?: readonly string[];
  readonly deleteApplicationSet?: boolean;
}
