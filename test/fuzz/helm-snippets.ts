import type { Random } from "./random.js";

/** Values that functions do not expect. */
const odd = [
  '""',
  '"a"',
  '"A b-c_d"',
  '"été"',
  '"12"',
  '"0x1F"',
  '"-3.5"',
  '"true"',
  '"a,b,c"',
  '"1.2.3"',
  '"v1.2.3-rc.1+b"',
  '"[1,2]"',
  '"a: b"',
  '"2020-01-02T03:04:05Z"',
  '"10m"',
  '"https://u:p@h:8/p?q=1#f"',
  '"/a/../b//c.txt"',
  '"\\n x\\ty \\n"',
  "0",
  "1",
  "-2",
  "3.7",
  "1e3",
  "9223372036854775807",
  "0x10",
  "true",
  "false",
  "nil",
  ".Values.missing",
  ".Values.text",
  ".Values.number",
  ".Values.float",
  ".Values.list",
  ".Values.map",
  ".Values.empty",
  ".Values.nothing",
  ".Values.map.a",
  ".Values.global",
  "(list 1 2 3)",
  '(list "b" "a" "b" nil)',
  '(list (list 1 2) (dict "a" 1))',
  '(dict "a" 1 "b" (dict "c" "d"))',
  "(dict)",
  "(list)",
  "(int64 5)",
  "(float64 2)",
  '(splitList "," "x,y")',
  '("bytes" | b64enc)',
  ".Release",
  ".Chart",
  ".Files",
  ".Capabilities.KubeVersion",
  "$",
];

const functions =
  "toYaml toJson toPrettyJson toRawJson fromYaml fromJson fromYamlArray fromJsonArray toToml fromToml toYamlPretty quote squote upper lower title untitle trim trimAll trimPrefix trimSuffix nospace initials snakecase camelcase kebabcase swapcase repeat substr trunc abbrev abbrevboth contains hasPrefix hasSuffix cat indent nindent replace plural wrap wrapWith split splitn splitList sortAlpha join toString toStrings first last rest initial reverse uniq without has compact append prepend concat slice chunk until untilStep seq len index keys values hasKey get pick omit dig pluck merge mergeOverwrite set unset deepCopy dict list tuple default empty coalesce ternary all any fail required add sub mul div mod add1 max min floor ceil round addf subf mulf divf biggest int int64 float64 atoi toDecimal kindOf kindIs typeOf typeIs typeIsLike deepEqual regexMatch regexFind regexFindAll regexReplaceAll regexReplaceAllLiteral regexSplit regexQuoteMeta semver semverCompare b64enc b64dec b32enc b32dec sha1sum sha256sum adler32sum urlParse urlJoin urlquery base dir ext clean isAbs osBase print printf println html js eq ne lt le gt ge and or not date dateInZone dateModify duration durationRound ago toDate mustToDate unixEpoch htmlDate now lookup getHostByName include tpl hasPrefix mustFirst mustHas mustMerge mustRegexMatch mustToJson mustUniq mustSlice mustAppend shuffle mustDateModify int trimall hello".split(
    " ",
  );

function argument(random: Random): string {
  return random.pick(odd);
}

/** A call of any function with any arguments. */
export function oddCall(random: Random): string {
  const name = random.pick(functions);
  if (/^(shuffle|now|ago|date|htmlDate|dateInZone)$/.test(name)) return `{{ ${argument(random)} }}`;
  const args = Array.from({ length: random.pick([1, 1, 2, 2, 2, 3, 3, 4, 0]) }, () => argument(random));
  const piped =
    random.chance(0.3) && args.length > 0
      ? ` | ${random.pick(["quote", "toString", "toJson", "kindOf", "trim", "typeOf", 'printf "%v"', "nindent 2", "default 1"])}`
      : "";
  return `{{ ${name}${args.map((arg) => ` ${arg}`).join("")}${piped} }}`;
}

/** Text that mostly renders. */
export function calmSnippet(random: Random): string {
  const verb = random.pick([
    "%v",
    "%s",
    "%d",
    "%q",
    "%5d",
    "%-6s",
    "%05.2f",
    "%x",
    "%t",
    "%T",
    "%#v",
    "%+v",
    "%e",
    "%g",
    "%c",
    "%U",
    "%08b",
    "%o",
  ]);
  return random.pick([
    () => `{{ printf "${verb}|" ${argument(random)} | toJson }}`,
    () =>
      `{{ ${argument(random)} | ${random.pick(["toYaml", "toJson", "toString", "quote", "kindOf", "typeOf", "squote", "toPrettyJson"])} | toJson }}`,
    () =>
      `{{ .Values.${random.pick(["text", "number", "list", "map", "map.a", "map.x.y", "nothing", "missing", "child.a", "global.g", "float", "big"])} | toJson }}`,
    () =>
      `{{ range $i, $e := ${random.pick([".Values.list", ".Values.map", "(until 3)", "3", ".Values.missing", '(dict "z" 1 "a" 2)', '(seq 3 | splitList " ")'])} }}{{ $i }}={{ $e | toJson }};{{ else }}none{{ end }}`,
    () => `{{ with ${argument(random)} }}{{ . | toJson }}{{ else }}no{{ end }}`,
    () =>
      `{{ if ${random.pick(["and", "or", "eq", "ne", "lt"])} ${argument(random)} ${argument(random)} }}yes{{ else if not ${argument(random)} }}not{{ else }}no{{ end }}`,
    () =>
      `{{ include "${random.pick(["c.name", "lib.name", "sub.only", "shared", "missing.one"])}" ${random.pick([".", "$", ".Values", '(dict "x" 1)'])} | quote }}`,
    () =>
      `{{ tpl ${random.pick(['"{{ .Release.Name }}"', '"{{ .Values.text }}{{ $x := 1 }}{{ $x }}"', ".Values.template", '"{{ nope"', '"{{ include \\"c.name\\" . }}"'])} . | quote }}`,
    () =>
      `{{ .Files.Get "${random.pick(["a.txt", "conf/b.conf", "none", "templates/x.yaml", "Chart.yaml", "values.yaml"])}" | quote }}`,
    () =>
      `{{ range $p, $b := .Files.Glob "${random.pick(["*", "**", "conf/*", "**.{txt,conf}", "[ab].txt"])}" }}{{ $p }}:{{ len $b }},{{ end }}`,
    () =>
      `{{ (.Files.Glob "conf/*").AsConfig | toJson }}{{ (.Files.Glob "**").AsSecrets | toJson }}{{ range .Files.Lines "a.txt" }}[{{ . }}]{{ end }}`,
    () =>
      `{{ .Capabilities.APIVersions.Has "${random.pick(["v1", "apps/v1", "x.io/v1", "x.io/v1/Kind", "batch/v1"])}" }}{{ .Capabilities.KubeVersion.Minor }}{{ .Capabilities.KubeVersion }}`,
    () =>
      `{{ .Release.Name }}{{ .Release.Namespace }}{{ .Release.IsUpgrade }}{{ .Release.Revision }}{{ .Release.Service }}{{ .Template.Name }}{{ .Template.BasePath }}`,
    () =>
      `{{ .Chart.Name }}{{ .Chart.AppVersion }}{{ .Chart.Annotations | toJson }}{{ .Chart.Keywords }}{{ .Chart.Type }}{{ .Chart.IsRoot }}{{ .Chart.Dependencies | len }}`,
    () => `{{ $_ := set .Values "added" (default 0 .Values.added | int | add 1) }}{{ .Values.added }}`,
    () => `{{ lookup "v1" "Secret" "ns" "${random.pick(["x", ""])}" | toJson }}`,
    () => `{{ .Subcharts | keys | sortAlpha | join "," }}`,
    () => `{{- /* note */ -}}{{- .Values.text -}}  {{- "x" }}`,
    () =>
      `{{ regexReplaceAll "${random.pick(["a(x*)b", "(?P<y>[a-z]+)", "\\\\d+", "^", "$"])}" ${argument(random)} "${random.pick([`$${"{1}"}W`, "$1W", "<$0>", "$y"])}" }}`,
    () =>
      `{{ mergeOverwrite (deepCopy .Values.map) (dict "a" 2 "n" nil) | toJson }}{{ merge (dict) .Values.map (dict "q" 1) | toJson }}`,
    () =>
      `{{ semverCompare "${random.pick([">=1.2", "^1.0.0-0", "~1.2.3", "!=2", "1.x", ">1 <3 || 5"])}" "${random.pick(["1.2.3", "v1.2.3-rc.1", "2.0.0+x", "5.1"])}" }}`,
    () => `{{ dig "a" "b" "fallback" .Values.map }}{{ dig "x" "y" "fallback" .Values.map }}`,
    () =>
      `{{ required "need ${random.pick(["it", "%s"])}" .Values.${random.pick(["text", "text", "text", "missing", "empty", "nothing"])} }}`,
  ])();
}
