// Command chart-renderer renders a Helm chart as `helm template` does: the same template engine (text/template), the same
// function library (sprig), the same schema check (gojsonschema), and Helm's own functions and objects as far as charts
// here use them. Helm itself is not to be had on every build machine.
//
// Usage:
//
//	chart-renderer [flags] CHART          writes manifests to standard output
//	chart-renderer -serve CHART           answers one JSON request a line from standard input, for tests
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	request := Request{}
	values := flag.String("values", "", "file with values that take the place of the chart's")
	only := flag.String("show-only", "", "templates to show, separated by commas; all when empty")
	versions := flag.String("api-versions", "", "API versions of the cluster besides the built-in ones, separated by commas")
	notes := flag.Bool("notes", false, "write NOTES.txt instead of the manifests")
	serve := flag.Bool("serve", false, "answer requests from standard input")
	flag.StringVar(&request.Release, "release", "mysql-backup-operator", "name of the release")
	flag.StringVar(&request.Namespace, "namespace", "mysql-backup-operator", "namespace of the release")
	flag.StringVar(&request.Service, "service", "Helm", "what .Release.Service says")
	flag.Parse()

	chart, err := LoadChart(flag.Arg(0))
	if err != nil {
		fail(err)
	}
	if *serve {
		if err := Serve(chart, os.Stdin, os.Stdout); err != nil {
			fail(err)
		}
		return
	}

	request.ShowOnly = split(*only)
	request.APIVersions = split(*versions)
	if *values != "" {
		if request.Values, err = readValues(*values); err != nil {
			fail(err)
		}
	}
	result, err := Render(chart, request)
	if err != nil {
		fail(err)
	}
	if *notes {
		fmt.Print(result.Notes)
		return
	}
	for _, document := range result.Documents {
		fmt.Printf("---\n# Source: %s\n%s\n", document.Source, strings.TrimSpace(document.Text))
	}
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "chart-renderer:", err)
	os.Exit(1)
}
