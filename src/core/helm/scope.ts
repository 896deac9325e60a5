import { pathClean } from "../gotemplate/funcs/paths.js";
import { fromBytes } from "../gotemplate/value/text.js";
import { types } from "../gotemplate/value/type.js";
import { GoList, GoMap, type GoValue } from "../gotemplate/value/value.js";
import type { Chart, Dependency, Metadata } from "./chart.js";
import type { TemplateFile } from "./engine.js";
import { filesObject } from "./files-object.js";

/** What all charts of a release share. */
export interface ReleaseScope {
  readonly release: GoMap;
  readonly capabilities: GoValue;
}

/** The template files of a chart and its subcharts, each with the root values of its chart. */
export function collectTemplates(chart: Chart, values: GoMap, shared: ReleaseScope): TemplateFile[] {
  const files: TemplateFile[] = [];
  collect(chart, { path: chart.metadata.name, isRoot: true }, asValues(values), shared, files);
  return files;
}

function collect(
  chart: Chart,
  place: { readonly path: string; readonly isRoot: boolean },
  values: GoMap,
  shared: ReleaseScope,
  files: TemplateFile[],
): GoMap {
  const subcharts = new GoMap(new Map<string, GoValue>());
  const scope = new GoMap(
    new Map<string, GoValue>([
      ["Chart", chartObject(chart.metadata, place.isRoot)],
      ["Files", filesObject(chart.files)],
      ["Release", shared.release],
      ["Capabilities", shared.capabilities],
      ["Values", values],
      ["Subcharts", subcharts],
    ]),
  );
  for (const child of chart.dependencies) {
    const { name } = child.metadata;
    const own = values.entries.get(name);
    const childValues = own instanceof GoMap ? asValues(own) : new GoMap(new Map(), types.values);
    const inner = { path: `${place.path}/charts/${name}`, isRoot: false };
    subcharts.entries.set(name, collect(child, inner, childValues, shared, files));
  }
  const isLibrary = chart.metadata.type.toLowerCase() === "library";
  for (const file of chart.templates) {
    if (isLibrary && !baseName(file.name).startsWith("_")) continue;
    files.push({
      name: pathClean(`${place.path}/${file.name}`),
      text: textOf(file.bytes),
      values: scope,
      basePath: pathClean(`${place.path}/templates`),
    });
  }
  return scope;
}

const texts = new WeakMap<Uint8Array, string>();

/** The text of a chart's file, decoded once. */
function textOf(bytes: Uint8Array): string {
  const text = texts.get(bytes) ?? fromBytes(bytes);
  texts.set(bytes, text);
  return text;
}

/** The same entries under Helm's values type: changes through either are seen by both. */
function asValues(map: GoMap): GoMap {
  return new GoMap(map.entries, types.values);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `.Chart`: Go's field names. */
function chartObject(metadata: Metadata, isRoot: boolean): GoMap {
  const { annotations } = metadata;
  const table = (entries: readonly (readonly [string, GoValue])[]) => new GoMap(new Map<string, GoValue>(entries));
  return table([
    ["Name", metadata.name],
    ["Home", metadata.home],
    ["Sources", new GoList(metadata.sources)],
    ["Version", metadata.version],
    ["Description", metadata.description],
    ["Keywords", new GoList(metadata.keywords)],
    [
      "Maintainers",
      new GoList(
        metadata.maintainers.map(({ name, email, url }) =>
          table([
            ["Name", name],
            ["Email", email],
            ["URL", url],
          ]),
        ),
      ),
    ],
    ["Icon", metadata.icon],
    ["APIVersion", metadata.apiVersion],
    ["Condition", metadata.condition],
    ["Tags", metadata.tags],
    ["AppVersion", metadata.appVersion],
    ["Deprecated", metadata.deprecated],
    ["Annotations", new GoMap(new Map(Object.entries(annotations ?? {})), types.stringMap, annotations === undefined)],
    ["KubeVersion", metadata.kubeVersion],
    ["Dependencies", new GoList(metadata.dependencies.map((dependency) => table(dependencyEntries(dependency))))],
    ["Type", metadata.type],
    ["IsRoot", isRoot],
  ]);
}

function dependencyEntries(dependency: Dependency): readonly (readonly [string, GoValue])[] {
  return [
    ["Name", dependency.name],
    ["Version", dependency.version],
    ["Repository", dependency.repository],
    ["Condition", dependency.condition],
    ["Tags", new GoList(dependency.tags)],
    ["Enabled", dependency.enabled],
    ["ImportValues", new GoList(dependency.importValues as readonly GoValue[])],
    ["Alias", dependency.alias],
  ];
}
