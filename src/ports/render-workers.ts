import type { RenderResult, RenderSourceInput } from "../core/render/render-source.js";

export interface RenderJob {
  /** Names the render, whatever the commit: how long it took last time says where it runs next time. */
  readonly key: string;
  /** Whose turn it is among those that wait. */
  readonly tenant: string;
  /** The Applications' queue key, by which a newer commit supersedes it. */
  readonly application: string;
}

/**
 * Renders beside the main thread, within budgets of memory and time. Throws what the render throws; InputError RENDER_BUDGET where a budget
 * ends it, ExternalError RENDER_SUPERSEDED where a newer commit makes it pointless.
 */
export interface RenderWorkers {
  /** Whether a render is better made there: it was long last time. */
  takes(key: string): boolean;
  /** Renders on the main thread, and notes how much of the processor that took. */
  here<T>(key: string, render: () => T): T;
  run(input: RenderSourceInput, job: RenderJob): Promise<RenderResult>;
  /** Ends what is rendered for an Application: it will be asked for anew. */
  supersede(application: string): void;
  close(): Promise<void>;
}
