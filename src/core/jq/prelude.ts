const definitions = `
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def add(f): reduce f as $x (null; . + $x);
def in(xs): . as $key | xs | has($key);
def inside(xs): . as $part | xs | contains($part);
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def scalars: select(type != "array" and type != "object");
def finites: select(isfinite);
def normals: select(isnormal);
def to_entries: [keys[] as $key | {key: $key, value: .[$key]}];
def from_entries: reduce .[] as $entry ({}; . + {($entry | .key // .Key // .name // .Name): ($entry | if has("value") then .value else .Value end)});
def with_entries(f): to_entries | map(f) | from_entries;
def recurse(f; condition): def down: ., (f | select(condition) | down); down;
def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique_by(f): _unique_by(map([f]));
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def nth($n; f): if $n < 0 then error("nth doesn't support negative index") else first(skip($n; f)) end;
def combinations: if length == 0 then [] else .[0][] as $head | [$head] + (.[1:] | combinations) end;
def combinations(n): . as $list | [range(n)] | map($list) | combinations;
def walk(f): def inner: if type == "array" then map(inner) elif type == "object" then map_values(inner) else . end | f; inner;
def isempty(f): label $stop | (f | false, break $stop), true;
def all: all(.[]; .);
def all(f): all(.[]; f);
def all(source; condition): isempty(source | select(condition | not));
def any: any(.[]; .);
def any(f): any(.[]; f);
def any(source; condition): isempty(source | select(condition)) | not;
def truncate_stream(f): . as $depth | null | f | select(.[0] | length > $depth) | .[0] |= .[$depth:];
def tostream: path(def down: (.[]? | down), .; down) as $path | getpath($path) | reduce path(.[]?) as $last ([$path, .]; [$path + $last]);
def fromstream(f): foreach f as $event ({value: null, done: false};
  (if .done then {value: null, done: false} else . end) | $event as [$path, $leaf] |
  if ($event | length) == 2 then (if $path == [] then .value = $leaf | .done = true else .value |= setpath($path; $leaf) end)
  else .done = ($path | length == 1) end; if .done then .value else empty end);
def paths: path(..) | select(. != []);
def paths(f): path(.. | select(f)) | select(. != []);
def del(f): delpaths([path(f)]);
def pick(f): . as $input | reduce path(f) as $path (null; setpath($path; $input | getpath($path)));
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%S%z") | mktime;
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def todate: todateiso8601;
def match($pattern): _match($pattern; null)[];
def match($pattern; $flags): _match($pattern; $flags)[];
def test($pattern): _test($pattern; null);
def test($pattern; $flags): _test($pattern; $flags);
def capture($pattern): match($pattern) | _captures;
def capture($pattern; $flags): match($pattern; $flags) | _captures;
def scan($pattern): scan($pattern; null);
def scan($pattern; $flags): match($pattern; $flags + "g") | if .captures == [] then .string else [.captures[].string] end;
def splits($pattern): splits($pattern; null);
def splits($pattern; $flags): split($pattern; $flags)[];
def split($pattern; $flags): . as $text | [foreach (match($pattern; $flags + "g"), null) as $found ({next: 0}; {from: .next, to: $found.offset, next: (if $found then $found.offset + $found.length else null end)}; $text[.from:.to])];
def sub($pattern; replacement): sub($pattern; replacement; null);
def sub($pattern; replacement; $flags): . as $text | [match($pattern; $flags)] as $found |
  reduce $found[] as $one ({done: [""], next: 0};
    . as $state | [$one | _captures | replacement] as $new |
    {done: [$new[] as $part | $state.done[] | . + $text[$state.next:$one.offset] + $part], next: ($one.offset + $one.length)}) |
  . as $end | if $found == [] then $text else $end.done[] + $text[$end.next:] end;
def gsub($pattern; replacement): sub($pattern; replacement; "g");
def gsub($pattern; replacement; $flags): sub($pattern; replacement; $flags + "g");
def INDEX(source; key): reduce source as $row ({}; .[$row | key | tostring] = $row);
def INDEX(key): INDEX(.[]; key);
def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; source; key): source | [., $index[key]];
def JOIN($index; source; key; combine): source | [., $index[key]] | combine;
def IN(source): any(source == .; .);
def IN(source; wanted): any(source == wanted; .);
`;

/** Builtins that are written in jq, by `name/arity`. */
export const prelude: ReadonlyMap<string, string> = new Map(
  definitions
    .split(/\n(?=def )/)
    .map((text) => text.trim())
    .filter((text) => text.startsWith("def "))
    .map((text): [string, string] => {
      const [, name = "", parameters] = /^def (\w+)(?:\(([^)]*)\))?:/.exec(text) ?? [];
      return [`${name}/${parameters === undefined ? 0 : parameters.split(";").length}`, text];
    }),
);
