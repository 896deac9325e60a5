// Answers builds as `kustomize build` v5.8.1 would, many a process: the fuzzer's quick oracle. One JSON request a line on stdin,
// one JSON answer a line on stdout. A request that kills the process is for the caller to repeat with the binary.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

type request struct {
	// A directory of the disk to build instead of files.
	Directory          string            `json:"directory"`
	Files              map[string]string `json:"files"`
	BinaryFiles        map[string][]byte `json:"binaryFiles"`
	Symlinks           map[string]string `json:"symlinks"`
	Dirs               []string          `json:"dirs"`
	Target             string            `json:"target"`
	Reorder            string            `json:"reorder"`
	LoadRestrictions   string            `json:"loadRestrictions"`
	EnableHelm         bool              `json:"enableHelm"`
	HelmKubeVersion    string            `json:"helmKubeVersion"`
	HelmApiVersions    []string          `json:"helmApiVersions"`
	ManagedByLabel     bool              `json:"managedByLabel"`
	EnableAlphaPlugins bool              `json:"enableAlphaPlugins"`
}

type answer struct {
	Output string `json:"output"`
	Error  string `json:"error"`
	Stderr string `json:"stderr"`
	Failed bool   `json:"failed"`
	// The folder that stood for the root, for the caller to take out of the texts.
	Root string `json:"root"`
}

func main() {
	reader := bufio.NewReaderSize(os.Stdin, 1<<20)
	writer := json.NewEncoder(os.Stdout)
	writer.SetEscapeHTML(false)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		check(json.Unmarshal(line, &asked))
		check(writer.Encode(answerTo(asked)))
	}
}

func answerTo(asked request) answer {
	if asked.Directory != "" {
		return answerIn("", asked.Directory, asked)
	}
	root, err := os.MkdirTemp("", "kustomize-oracle-")
	check(err)
	defer os.RemoveAll(root)
	root, err = filepath.EvalSymlinks(root)
	check(err)
	write(root, asked)
	if usesSchemas(asked) {
		openapi.ResetOpenAPI()
		defer openapi.ResetOpenAPI()
	}
	return answerIn(root, filepath.Join(root, asked.Target), asked)
}

func answerIn(root string, directory string, asked request) answer {
	var made answer
	var err error
	made.Stderr = withStderr(func() {
		made.Output, err = build(directory, asked)
	})
	if err != nil {
		made.Failed, made.Error = true, err.Error()
	}
	made.Root = root
	return made
}

// usesSchemas tells whether the build can leave OpenAPI state behind.
func usesSchemas(asked request) bool {
	for _, text := range asked.Files {
		if strings.Contains(strings.ToLower(text), "openapi") {
			return true
		}
	}
	return false
}

func write(root string, asked request) {
	for _, path := range asked.Dirs {
		check(os.MkdirAll(filepath.Join(root, path), 0o755))
	}
	file := func(path string, bytes []byte) {
		path = filepath.Join(root, path)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		check(os.WriteFile(path, bytes, 0o644))
	}
	for path, text := range asked.Files {
		file(path, []byte(text))
	}
	for path, bytes := range asked.BinaryFiles {
		file(path, bytes)
	}
	for path, link := range asked.Symlinks {
		path = filepath.Join(root, path)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		check(os.Symlink(link, path))
	}
}

func build(directory string, asked request) (output string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	if asked.Reorder != "" {
		options.Reorder = krusty.ReorderOption(asked.Reorder)
	}
	if asked.LoadRestrictions == "none" {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	if asked.EnableAlphaPlugins {
		options.PluginConfig = types.EnabledPluginConfig(types.BploUseStaticallyLinked)
	} else {
		options.PluginConfig.HelmConfig.Enabled = asked.EnableHelm
	}
	options.PluginConfig.HelmConfig.Command = "helm"
	options.PluginConfig.HelmConfig.KubeVersion = asked.HelmKubeVersion
	options.PluginConfig.HelmConfig.ApiVersions = asked.HelmApiVersions
	options.AddManagedbyLabel = asked.ManagedByLabel
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), directory)
	if err != nil {
		return "", err
	}
	text, err := resources.AsYaml()
	return string(text), err
}

// withStderr gives what a step prints to stderr and to the logger.
func withStderr(step func()) string {
	before := os.Stderr
	reader, writer, err := os.Pipe()
	check(err)
	os.Stderr = writer
	log.SetOutput(writer)
	printed := make(chan string)
	go func() {
		text, _ := io.ReadAll(reader)
		printed <- string(text)
	}()
	step()
	os.Stderr = before
	log.SetOutput(before)
	writer.Close()
	return <-printed
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
