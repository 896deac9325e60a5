import type { Value, ValueObject } from "../manifest/value.js";

/** What an action does to the cluster: patch an existing object to this state, or create one. */
export interface ImpactedResource {
  readonly operation: "patch" | "create";
  readonly resource: ValueObject;
}

/** An action that a resource offers now. */
export interface AvailableAction {
  readonly name: string;
  readonly disabled?: boolean;
  readonly iconClass?: string;
  readonly displayName?: string;
  readonly params?: readonly ValueObject[];
}

export interface ActionContext {
  readonly params: { readonly [name: string]: string };
  readonly nowMs: number;
}

/** A built-in action of a kind. */
export interface ResourceAction {
  readonly name: string;
  /** False: shown, but not to be run now. */
  isEnabled(object: ValueObject): boolean;
  run(object: ValueObject, context: ActionContext): readonly ImpactedResource[];
  readonly displayName?: string;
  readonly iconClass?: string;
  readonly params?: readonly { readonly [key: string]: Value }[];
}
