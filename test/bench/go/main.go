// Renders kustomization directories in process with sigs.k8s.io/kustomize/api, as a Go engine of ours would: the yardstick of the
// benchmark and the oracle of the fleet check. Usage: kustomize-engine -workers N < directories; prints `sha256 directory` lines.
package main

import (
	"bufio"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	workers := flag.Int("workers", 1, "renders at a time; 1 renders in this process, more in processes of their own")
	flag.Parse()
	var directories []string
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		directories = append(directories, scanner.Text())
	}
	if *workers > 1 {
		fan(directories, *workers)
		return
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, directory := range directories {
		fmt.Fprintf(out, "%s %s\n", render(directory), directory)
	}
}

func render(directory string) string {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), directory)
	if err != nil {
		return "error"
	}
	text, err := resources.AsYaml()
	if err != nil {
		return "error"
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// fan splits the work over processes: the library keeps its OpenAPI state in globals, so two renders of one process may not overlap.
func fan(directories []string, workers int) {
	var group sync.WaitGroup
	outputs := make([][]byte, workers)
	for worker := 0; worker < workers; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			command := exec.Command(os.Args[0], "-workers", "1")
			command.Stderr = os.Stderr
			input, err := command.StdinPipe()
			check(err)
			go func() {
				for i := worker; i < len(directories); i += workers {
					fmt.Fprintln(input, directories[i])
				}
				input.Close()
			}()
			outputs[worker], err = command.Output()
			check(err)
		}()
	}
	group.Wait()
	for _, output := range outputs {
		os.Stdout.Write(output)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
