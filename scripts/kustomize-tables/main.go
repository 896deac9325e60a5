// Writes the lookup tables of src/core/kustomize/tables from Kustomize's own data: merge keys and scopes from the OpenAPI document it
// embeds, and the default field specs of its transformers. Usage: go run . OUTPUT_DIRECTORY
package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

const gvkExtension = "x-kubernetes-group-version-kind"

// node is what merging needs of a schema: fields, items, values of a map, a reference, and the strategy of a list.
type node struct {
	Fields   map[string]*node `json:"f,omitempty"`
	Items    *node            `json:"i,omitempty"`
	Values   *node            `json:"a,omitempty"`
	Ref      string           `json:"r,omitempty"`
	Strategy string           `json:"s,omitempty"`
	Keys     []string         `json:"k,omitempty"`
}

func main() {
	out := os.Args[1]
	root := toMap(openapi.Schema())
	definitions := root["definitions"].(map[string]any)
	nodes := map[string]*node{}
	for name, schema := range definitions {
		nodes[name] = convert(schema.(map[string]any))
	}
	useful := fixpoint(nodes)
	roots := map[string]string{}
	clusterScoped := []string{}
	namespaced := []string{}
	for name, schema := range definitions {
		list, _ := schema.(map[string]any)[gvkExtension].([]any)
		for _, entry := range list {
			gvk := entry.(map[string]any)
			apiVersion, _ := gvk["version"].(string)
			if group, _ := gvk["group"].(string); group != "" {
				apiVersion = group + "/" + apiVersion
			}
			kind, _ := gvk["kind"].(string)
			isNamespaced, found := openapi.IsNamespaceScoped(kyaml.TypeMeta{APIVersion: apiVersion, Kind: kind})
			if found && isNamespaced {
				namespaced = append(namespaced, apiVersion+"/"+kind)
			} else if found {
				clusterScoped = append(clusterScoped, apiVersion+"/"+kind)
			}
			if useful[name] {
				roots[apiVersion+"/"+kind] = name
			}
		}
	}
	sort.Strings(clusterScoped)
	sort.Strings(namespaced)
	pruned := map[string]*node{}
	for name, n := range nodes {
		if useful[name] {
			pruned[name] = prune(n, useful)
		}
	}
	tables := map[string]any{"roots": roots, "definitions": pruned, "clusterScoped": unique(clusterScoped), "namespaced": unique(namespaced)}
	write(filepath.Join(out, "schema.generated.ts"), "schemaTables", "SchemaTables", tables)
	write(filepath.Join(out, "field-specs.generated.ts"), "defaultFieldSpecs", "FieldSpecTables", fieldSpecs())
}

func toMap(value any) map[string]any {
	text, err := json.Marshal(value)
	check(err)
	var result map[string]any
	check(json.Unmarshal(text, &result))
	return result
}

func convert(schema map[string]any) *node {
	if ref, ok := schema["$ref"].(string); ok {
		return &node{Ref: strings.TrimPrefix(ref, "#/definitions/")}
	}
	n := &node{}
	if properties, ok := schema["properties"].(map[string]any); ok {
		n.Fields = map[string]*node{}
		for name, property := range properties {
			n.Fields[name] = convertField(property.(map[string]any))
		}
	}
	if items, ok := schema["items"].(map[string]any); ok && schema["type"] == "array" {
		n.Items = convert(items)
	}
	if values, ok := schema["additionalProperties"].(map[string]any); ok {
		n.Values = convert(values)
	}
	return n
}

func convertField(schema map[string]any) *node {
	n := convert(schema)
	if n.Ref != "" {
		return n
	}
	if strategy, ok := schema["x-kubernetes-patch-strategy"].(string); ok {
		n.Strategy = strategy
		if keys, ok := schema["x-kubernetes-list-map-keys"].([]any); ok {
			for _, key := range keys {
				n.Keys = append(n.Keys, key.(string))
			}
		} else if key, ok := schema["x-kubernetes-patch-merge-key"].(string); ok {
			n.Keys = []string{key}
		}
	}
	return n
}

func hasStrategy(n *node, useful map[string]bool) bool {
	if n == nil {
		return false
	}
	if n.Strategy != "" || useful[n.Ref] || hasStrategy(n.Items, useful) || hasStrategy(n.Values, useful) {
		return true
	}
	for _, field := range n.Fields {
		if hasStrategy(field, useful) {
			return true
		}
	}
	return false
}

func fixpoint(nodes map[string]*node) map[string]bool {
	useful := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for name, n := range nodes {
			if !useful[name] && hasStrategy(n, useful) {
				useful[name] = true
				grown = true
			}
		}
	}
	return useful
}

// prune drops what leads to no merge strategy. A field without one still hides the values' schema, which no built-in kind has beside fields.
func prune(n *node, useful map[string]bool) *node {
	if n == nil || !hasStrategy(n, useful) {
		return nil
	}
	result := &node{Ref: n.Ref, Strategy: n.Strategy, Keys: n.Keys, Items: prune(n.Items, useful), Values: prune(n.Values, useful)}
	for name, field := range n.Fields {
		if kept := prune(field, useful); kept != nil {
			if result.Fields == nil {
				result.Fields = map[string]*node{}
			}
			result.Fields[name] = kept
		}
	}
	return result
}

// fieldSpecs reads the YAML constants of the default configuration from the module's source.
func fieldSpecs() map[string]any {
	output, err := exec.Command("go", "mod", "download", "-json", "sigs.k8s.io/kustomize/api@v0.21.1").Output()
	check(err)
	var module struct{ Dir string }
	check(json.Unmarshal(output, &module))
	folder := filepath.Join(module.Dir, "internal/konfig/builtinpluginconsts")
	constants := map[string]string{}
	pattern := regexp.MustCompile("(?s)(\\w+)\\s*=\\s*`(.*?)`((?:\\s*\\+\\s*\\w+)?)")
	entries, err := os.ReadDir(folder)
	check(err)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		check(err)
		for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
			constants[match[1]] = match[2] + match[3]
		}
	}
	for name, text := range constants {
		if plus := strings.LastIndex(text, "+"); plus >= 0 {
			if other, ok := constants[strings.TrimSpace(text[plus+1:])]; ok {
				constants[name] = text[:plus] + other
			}
		}
	}
	result := map[string]any{}
	names := []string{
		"namePrefixFieldSpecs", "nameSuffixFieldSpecs", "commonLabelFieldSpecs", "templateLabelFieldSpecs", "commonAnnotationFieldSpecs",
		"namespaceFieldSpecs", "varReferenceFieldSpecs", "nameReferenceFieldSpecs", "imagesFieldSpecs", "replicasFieldSpecs",
	}
	for _, name := range names {
		var part map[string]any
		check(yaml.Unmarshal([]byte(constants[name]), &part))
		for field, list := range part {
			entries := list.([]any)
			sort.Sort(byGvk(entries))
			result[field] = entries
		}
	}
	return result
}

// byGvk is the order that Kustomize gives its field specs when it starts; equal ones stand as its sort, which is not stable, leaves them.
type byGvk []any

func (list byGvk) Len() int           { return len(list) }
func (list byGvk) Swap(i, j int)      { list[i], list[j] = list[j], list[i] }
func (list byGvk) Less(i, j int) bool { return gvkOf(list[i]).IsLessThan(gvkOf(list[j])) }

func gvkOf(entry any) resid.Gvk {
	text := func(field string) string {
		value, _ := entry.(map[string]any)[field].(string)
		return value
	}
	return resid.Gvk{Group: text("group"), Version: text("version"), Kind: text("kind")}
}

func unique(sorted []string) []string {
	result := []string{}
	for i, text := range sorted {
		if i == 0 || sorted[i-1] != text {
			result = append(result, text)
		}
	}
	return result
}

func write(path, name, typeName string, value any) {
	text, err := json.MarshalIndent(value, "", " ")
	check(err)
	head := "// Generated by scripts/kustomize-tables; do not edit.\nimport type { " + typeName + " } from \"./types.js\";\n\nexport const " + name + ": " + typeName + " = "
	check(os.WriteFile(path, []byte(head+string(text)+";\n"), 0o644))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
