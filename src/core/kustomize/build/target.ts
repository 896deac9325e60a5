import { InputError } from "../../errors.js";
import { recordReads } from "../../render/recording-tree.js";
import { hasNullKey } from "../../yaml/flawed-maps.js";
import { locator } from "../../yaml/locate.js";
import { parseYaml } from "../../yaml/parse.js";
import { generateConfigMap } from "../generators/config-map.js";
import { type HelmArgs, helmGenerator } from "../generators/helm.js";
import { generateSecret } from "../generators/secret.js";
import { decode } from "../kustomization/decode.js";
import type { GeneratorArgs, GeneratorOptions, Kustomization } from "../kustomization/fields.js";
import { configurationShape } from "../kustomization/shapes.js";
import type { BuildSchemas } from "../model/custom-schema.js";
import { kustomizeError, prefixError, quoteGo, rewordError, withPrefix } from "../model/errors.js";
import { formatId } from "../model/res-id.js";
import { Resource } from "../model/resource.js";
import { configOf, defaultConfig, emptyConfig, mergeConfigs, type TransformerConfig } from "../model/transformer-config.js";
import type { NodeMap } from "../nodes/node.js";
import type { KustomizeOptions, Selection, Warning } from "../options.js";
import type { KustomizeSession } from "../session.js";
import type { Transformer } from "../transformers/transformer.js";
import { readResources } from "../tree/documents.js";
import { isRemoteFileUrl, type Loader, NeedsError } from "../tree/loader.js";
import type { PatchReader } from "../tree/patch-reader.js";
import { Accumulator } from "./accumulator.js";
import { builtinTransformers, configured } from "./builtin-transformers.js";
import { configFromCrd } from "./crds.js";
import { type FoundKustomization, findKustomization } from "./kustomization-file.js";
import {
  appendOrigin,
  builtinOrigin,
  noteTransformation,
  type Origin,
  pluginOrigin,
  withFileOrigin,
  withOrigin,
} from "./origin.js";
import { type Generator, loadPlugin, type Plugin, type PluginContext } from "./plugins.js";
import { runValidators, Touches } from "./validators.js";
import { formatVarArgs, markVarSources, mergeVars, readVar } from "./vars.js";

/** What is the same for all directories of one build. */
export interface BuildContext {
  readonly options: KustomizeOptions;
  readonly session: KustomizeSession;
  readonly schemas: BuildSchemas;
  readonly warnings: Warning[];
  /** Bases are taken from and left in the session; off where the build depends on more than the files. */
  readonly isShared: boolean;
  /** Directories accumulated so far, for sharing. */
  readonly roots: Set<string>;
}

/** Thrown when a base brings its own OpenAPI document: what was shared does not know it. */
export class UnshareableError extends Error {}

/** What a directory inherits from the one that uses it. */
interface Inherited {
  readonly buildMetadata: readonly string[];
  readonly origin: Origin | undefined;
  readonly helmNamespace: string;
}

/** Why an entry is no file: an error, or words alone where it is a directory. */
type Failure = Pick<InputError, "message"> & Partial<Pick<InputError, "location">>;

interface Made {
  readonly origin: Origin | undefined;
}

/** Accumulates one kustomization directory: resources, generators, components, transformers, validators, vars. */
export class Target {
  readonly loader: Loader;
  readonly kustomization: FoundKustomization;
  readonly fields: Kustomization;
  readonly #context: BuildContext;
  readonly #inherited: Inherited;
  readonly #reader: PatchReader;

  constructor(loader: Loader, kustomization: FoundKustomization, context: BuildContext, inherited: Inherited) {
    this.loader = loader;
    this.kustomization = kustomization;
    this.fields = kustomization.fields;
    this.#context = context;
    this.#inherited = inherited;
    const { session } = context;
    this.#reader = {
      read: (path) => loader.load(path).bytes,
      resources: (text, path) => {
        const read = () => readResources(text, path === undefined ? kustomization.path : loader.pathOf(path));
        return session.patches(text, read).map((value) => this.#resource(value));
      },
      operations: (text, read) => session.operations(text, read),
    };
    this.#useSchema();
    context.roots.add(loader.root);
  }

  get inherited(): Inherited {
    return this.#inherited;
  }

  #resource(value: NodeMap): Resource {
    return new Resource(value, this.#context.schemas);
  }

  /** The first document of a build counts; those of bases only where no other came before. */
  #useSchema(): void {
    const { openapi } = this.fields;
    if (openapi === undefined) return;
    const { path, version } = openapi;
    const file = path === undefined ? undefined : this.loader.load(path);
    if (this.#context.schemas.isFixed) return;
    if (file && version !== undefined)
      throw kustomizeError("KUSTOMIZE_FIELD", "builtin version and custom schema provided, cannot use both", {
        location: { file: this.kustomization.path },
      });
    if (file) {
      if (this.#context.isShared) throw new UnshareableError();
      this.#context.schemas.use(file.bytes, this.loader.pathOf(path!));
      return;
    }
    if (version === undefined || version === "") return;
    if (version !== "v1.21.2")
      throw kustomizeError("KUSTOMIZE_FIELD", "the specified OpenAPI version is not built in", {
        location: { file: this.kustomization.path },
      });
    this.#context.schemas.useBuiltIn();
  }

  /** Runs the steps of the kustomization; a component works on what its user has accumulated so far. */
  accumulate(into: Accumulator): Accumulator {
    const { fields } = this;
    try {
      this.#accumulateResources(into, fields.resources ?? [], this.#inherited.origin);
    } catch (error) {
      throw prefixError(error, "accumulating resources");
    }
    const configurations = this.#configurations();
    into.config = withPrefix("merging config", () => mergeConfigs(into.config, configurations));
    into.config = mergeConfigs(into.config, this.#crdConfig());
    this.#runGenerators(into);
    const accumulator = this.#accumulateComponents(into);
    const touches = (this.fields.validators ?? []).length > 0 ? new Touches() : undefined;
    this.#runTransformers(accumulator, touches);
    if (touches) this.#runValidators(accumulator, touches);
    this.#mergeVars(accumulator);
    return accumulator;
  }

  #accumulateResources(into: Accumulator, paths: readonly string[], origin: Origin | undefined): void {
    const needs: NeedsError["needs"][number][] = [];
    for (const path of paths) {
      try {
        this.#accumulateResource(into, path, origin);
      } catch (error) {
        if (!(error instanceof NeedsError)) throw error;
        needs.push(...error.needs);
      }
    }
    if (needs.length > 0) throw new NeedsError(needs);
  }

  /** An entry is a file, or failing that a directory. */
  #accumulateResource(into: Accumulator, path: string, origin: Origin | undefined): void {
    const fileError = this.#tryFile(into, path, origin);
    if (fileError === undefined) return;
    let loader: Loader;
    try {
      loader = this.loader.child(path);
    } catch (error) {
      if (fileError instanceof InputError && fileError.message.includes("MalformedYAMLError")) throw fileError;
      throw this.#bothErrors(error, fileError);
    }
    try {
      this.#accumulateDirectory(into, loader, false, origin && appendOrigin(origin, path));
    } catch (error) {
      throw this.#bothErrors(error, fileError);
    }
  }

  #bothErrors(error: unknown, fileError: Failure): unknown {
    const located = error instanceof InputError && error.location === undefined ? fileError.location : undefined;
    return prefixError(error, `accumulation err='${fileError.message}'`, located);
  }

  #tryFile(into: Accumulator, path: string, origin: Origin | undefined): Failure | undefined {
    const directory = this.loader.directoryFailure(path);
    if (directory !== undefined) return { message: `accumulating resources from '${path}': ${directory}` };
    try {
      if (!isRemoteFileUrl(path) && /^https?:/i.test(path)) throw kustomizeError("KUSTOMIZE_REMOTE", "URL is a git repository");
      this.#accumulateFile(into, path, origin);
      return undefined;
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  }

  #accumulateFile(into: Accumulator, path: string, origin: Origin | undefined): void {
    const resources = withPrefix(`accumulating resources from '${path}'`, () => this.#fileResources(path));
    const marked = origin
      ? withPrefix(`cannot add path annotation for '${path}'`, () => {
          const ofFile = appendOrigin(origin, path);
          return resources.map((resource) => withFileOrigin(resource, ofFile));
        })
      : resources;
    withPrefix(`merging resources from '${path}'`, () => into.map.appendAll(marked));
  }

  #fileResources(path: string): readonly Resource[] {
    const file = this.loader.load(path);
    const location = this.loader.pathOf(path);
    let values: readonly NodeMap[];
    try {
      values = this.#context.session.documents(file.id, () => readResources(file.bytes, location));
    } catch (error) {
      throw rewordError(error, (message) => (message.includes("MalformedYAMLError") ? `${message} in File: ${path}` : message), {
        file: location,
      });
    }
    if (values.some(hasNullKey))
      throw kustomizeError("KUSTOMIZE_RESOURCE", `yaml: a resource in ${path} has a key that is null`, {
        location: { file: location },
      });
    return distinct(values.map((value) => this.#resource(value)));
  }

  #accumulateDirectory(into: Accumulator, loader: Loader, isComponent: boolean, origin: Origin | undefined): void {
    const inherited: Inherited = {
      buildMetadata: this.#inherited.buildMetadata,
      origin,
      helmNamespace: this.fields.namespace || this.#inherited.helmNamespace,
    };
    const { isShared } = this.#context;
    if (!isComponent && isShared && origin === undefined && !loader.isRemote) {
      this.#accumulateShared(into, loader, inherited);
      return;
    }
    const result = this.#accumulateChild(into, loader, isComponent, inherited, this.#context);
    // Original: what a component gives back is the accumulation that it was given, merged into an empty one.
    withPrefix(`recursed merging from path '${loader.displayRoot}'`, () =>
      isComponent ? into.map.requireDistinct() : into.merge(result.result()),
    );
  }

  #accumulateChild(
    into: Accumulator,
    loader: Loader,
    isComponent: boolean,
    inherited: Inherited,
    context: BuildContext,
  ): Accumulator {
    let kustomization: FoundKustomization;
    try {
      kustomization = findKustomization(loader, context.session, context.warnings);
    } catch (error) {
      throw prefixError(error, `couldn't make target for path '${loader.displayRoot}'`);
    }
    const child = new Target(loader, kustomization, context, inherited);
    if (isComponent !== kustomization.isComponent) {
      const shown = loader.displayRoot;
      const message = isComponent
        ? `expected kind 'Component' for path '${shown}' but got '${kustomization.fields.kind}'`
        : `expected kind != 'Component' for path '${shown}'`;
      throw kustomizeError("KUSTOMIZE_FIELD", message, { location: { file: kustomization.path } });
    }
    try {
      return child.accumulate(isComponent ? into : new Accumulator());
    } catch (error) {
      throw prefixError(error, `recursed accumulation of path '${loader.displayRoot}'`);
    }
  }

  #accumulateShared(into: Accumulator, loader: Loader, inherited: Inherited): void {
    const { session, options, roots, warnings } = this.#context;
    const key = JSON.stringify([
      loader.root,
      options.loadRestrictions,
      inherited.helmNamespace,
      options.enableHelm,
      options.helmKubeVersion,
      options.helmApiVersions,
      options.enableAlphaPlugins,
      options.allowRemote,
    ]);
    let known = session.recall(key, loader.tree);
    if (known) for (const root of known.roots) loader.refuseCycles(root);
    else {
      const { tree, readSet } = recordReads(loader.tree);
      const context = { ...this.#context, roots: new Set<string>(), warnings: [] as Warning[] };
      let result: Accumulator;
      try {
        result = this.#accumulateChild(into, loader.withTree(tree), false, inherited, context);
      } catch (error) {
        warnings.push(...context.warnings);
        throw error;
      }
      known = { readSet: readSet(), accumulated: result.result(), roots: [...context.roots], warnings: context.warnings };
      session.remember(key, known);
    }
    for (const root of known.roots) roots.add(root);
    for (const warning of known.warnings) warnings.push(warning);
    const { accumulated } = known;
    withPrefix(`recursed merging from path '${loader.displayRoot}'`, () => into.merge(accumulated));
  }

  #configurations(): TransformerConfig {
    let config = defaultConfig;
    for (const path of this.fields.configurations ?? []) {
      const { bytes } = this.loader.load(path);
      const file = this.loader.pathOf(path);
      const value = parseYaml(bytes, { file, dialect: "kubernetes", duplicateKeys: "error" });
      const entries = withPrefix("error unmarshaling JSON: while decoding JSON", () =>
        decode(value, configurationShape, { isStrict: true, isCoercing: true, at: locator(bytes, { file }) }),
      );
      config = mergeConfigs(config, configOf(entries as Parameters<typeof configOf>[0]));
    }
    return config;
  }

  #crdConfig(): TransformerConfig {
    let config = emptyConfig;
    for (const path of this.fields.crds ?? []) {
      try {
        config = mergeConfigs(config, configFromCrd(this.loader.load(path), { path, file: this.loader.pathOf(path) }));
      } catch (error) {
        throw prefixError(error, `loading CRDs [${(this.fields.crds ?? []).join(" ")}]`);
      }
    }
    return config;
  }

  get #pluginContext(): PluginContext {
    return { loader: this.loader, reader: this.#reader, options: this.#context.options };
  }

  #runGenerators(into: Accumulator): void {
    const generators = [...this.#builtinGenerators(), ...this.#pluginGenerators()];
    for (const { kind, generate, origin } of generators) {
      let resources = distinct(generate().map((value) => this.#resource(value)));
      if (origin) resources = resources.map((resource) => withOrigin(resource, origin));
      withPrefix(`merging from generator ${kind}`, () => into.map.absorbAll(resources));
    }
  }

  #builtinGenerators(): readonly (Made & { readonly kind: string; readonly generate: Generator })[] {
    const { configMapGenerator = [], secretGenerator = [], helmCharts = [], helmGlobals = {}, generatorOptions } = this.fields;
    const made = (kind: string, generate: Generator) => ({ kind, generate, origin: this.#originOf(kind) });
    const namespace = this.fields.namespace || this.#inherited.helmNamespace;
    return [
      ...configMapGenerator.map((args) =>
        made("ConfigMapGenerator", () => [generateConfigMap(this.#reader.read, withGlobalOptions(args, generatorOptions))]),
      ),
      ...secretGenerator.map((args) =>
        made("SecretGenerator", () => [generateSecret(this.#reader.read, withGlobalOptions(args, generatorOptions))]),
      ),
      ...helmCharts.map((chart) => {
        const args: HelmArgs = { ...helmGlobals, ...chart, ...(chart.namespace || !namespace ? {} : { namespace }) };
        return made(
          "HelmChartInflationGenerator",
          configured("HelmChartInflationGenerator", args, () => helmGenerator(args, this.loader, this.#context.options)),
        );
      }),
    ];
  }

  #originOf(kind: string): Origin | undefined {
    const { origin } = this.#inherited;
    return origin && builtinOrigin(origin, this.kustomization.fileName, kind);
  }

  #pluginGenerators(): readonly (Made & { readonly kind: string; readonly generate: Generator })[] {
    try {
      return this.#pluginConfigs(this.fields.generators ?? [], "generator").map((config) => {
        const plugin = withPrefix("failed to load generator", () => this.#loadPlugin(config, "generator"));
        return { kind: config.kind, generate: plugin.generate, origin: pluginOrigin(config) };
      });
    } catch (error) {
      throw prefixError(error, "loading generator plugins");
    }
  }

  #loadPlugin<K extends Plugin["kind"]>(config: Resource, kind: K): Extract<Plugin, { kind: K }> {
    const plugin = loadPlugin(config, this.#pluginContext);
    if (plugin.kind === kind) return plugin as Extract<Plugin, { kind: K }>;
    throw kustomizeError("KUSTOMIZE_PLUGIN", `plugin ${formatId(config.orgId)} not a ${kind}`);
  }

  /** Plugins' configurations: written out, or in files and directories as resources are. */
  #pluginConfigs(entries: readonly string[], _kind: string): readonly Resource[] {
    const collected = new Accumulator();
    const paths: string[] = [];
    const { origin } = this.#inherited;
    for (const entry of entries) {
      const inline = this.#inlineConfigs(entry);
      if (inline === undefined) {
        paths.push(entry);
        continue;
      }
      const own = origin && appendOrigin(origin, this.kustomization.fileName);
      collected.map.appendAll(own ? inline.map((config) => withOrigin(config, own)) : inline);
    }
    this.#accumulateResources(collected, paths, origin);
    return collected.map.resources;
  }

  #inlineConfigs(entry: string): readonly Resource[] | undefined {
    try {
      return distinct(this.#reader.resources(entry, undefined));
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }

  #accumulateComponents(into: Accumulator): Accumulator {
    const { origin } = this.#inherited;
    for (const path of this.fields.components ?? []) {
      let loader: Loader;
      try {
        loader = this.loader.child(path);
      } catch (error) {
        throw rewordError(error, (message) => `accumulating components: loader.New ${quoteGo(message)}`);
      }
      try {
        this.#accumulateDirectory(into, loader, true, origin && appendOrigin(origin, path));
      } catch (error) {
        throw rewordError(error, (message) => `accumulating components: accumulateDirectory: ${quoteGo(message)}`);
      }
    }
    return into;
  }

  #runTransformers(into: Accumulator, touches: Touches | undefined): void {
    const builtin = builtinTransformers(this.fields, into.config, this.#reader);
    const steps: (Made & { readonly transformer: Transformer })[] = builtin.map((transformer) => ({
      transformer,
      origin: this.#originOf(transformer.kind),
    }));
    for (const config of this.#pluginConfigs(this.fields.transformers ?? [], "transformer"))
      steps.push({ transformer: this.#loadPlugin(config, "transformer").transformer, origin: pluginOrigin(config) });
    const context = {
      warn: (warning: Warning) => void this.#context.warnings.push({ ...warning, file: this.kustomization.path }),
      ...(touches && { touched: (resource: Resource, what: string) => void touches.add(resource, what) }),
    };
    const { onSelection } = this.#context.options;
    for (const { transformer, origin } of steps) {
      const place = transformer.entry;
      const selected =
        onSelection && place
          ? (count: number, part?: Pick<Selection, "entry" | "target">): void =>
              onSelection({ file: this.kustomization.path, ...place, ...part, count })
          : undefined;
      transformer.transform(into.map, selected ? { ...context, selected } : context);
      into.map.dropEmpty();
      if (origin) noteTransformation(into.map, origin);
    }
  }

  #runValidators(into: Accumulator, touches: Touches): void {
    const configs = this.#pluginConfigs(this.fields.validators ?? [], "validator");
    runValidators(
      into.map,
      configs.map((config) => this.#loadPlugin(config, "transformer").transformer),
      touches,
    );
  }

  #mergeVars(into: Accumulator): void {
    const vars = (this.fields.vars ?? []).map(readVar);
    if (vars.length === 0) return;
    try {
      markVarSources(into.map, vars);
      into.vars = mergeVars(into.vars, vars);
    } catch (error) {
      throw prefixError(error, `merging vars ${formatVarArgs(this.fields.vars ?? [])}`);
    }
  }
}

/** The resources of one text must have ids of their own. */
function distinct(resources: readonly Resource[]): readonly Resource[] {
  if (resources.length > 1) new Accumulator().map.appendAll(resources);
  return resources;
}

function withGlobalOptions<T extends GeneratorArgs>(args: T, globals: GeneratorOptions | undefined): T {
  if (globals === undefined) return args;
  const own = args.options ?? {};
  const options: GeneratorOptions = {
    ...(own.labels || globals.labels ? { labels: { ...globals.labels, ...own.labels } } : {}),
    ...(own.annotations || globals.annotations ? { annotations: { ...globals.annotations, ...own.annotations } } : {}),
    disableNameSuffixHash: (own.disableNameSuffixHash ?? false) || (globals.disableNameSuffixHash ?? false),
    immutable: (own.immutable ?? false) || (globals.immutable ?? false),
  };
  return { ...args, options };
}
