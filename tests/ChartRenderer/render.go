package main

import (
	"fmt"
	"path"
	"sort"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

// Request says what to render.
type Request struct {
	Values      map[string]interface{} `json:"values"`
	Release     string                 `json:"release"`
	Namespace   string                 `json:"namespace"`
	Service     string                 `json:"service"`
	ShowOnly    []string               `json:"showOnly"`
	APIVersions []string               `json:"apiVersions"`
}

// Document is one object of a rendered template.
type Document struct {
	Source string                 `json:"source"`
	Text   string                 `json:"text"`
	Object map[string]interface{} `json:"object"`
}

// Result is a rendered chart.
type Result struct {
	Documents []Document `json:"documents"`
	Notes     string     `json:"notes"`
	Error     string     `json:"error,omitempty"`
}

// Render evaluates all templates of a chart.
func Render(chart *Chart, request Request) (Result, error) {
	result := Result{Documents: []Document{}}
	values := Coalesce(chart.Values, request.Values)
	if err := Validate(chart, values); err != nil {
		return result, err
	}

	set := template.New("chart").Option("missingkey=zero")
	set.Funcs(functions(set))
	names := []string{}
	for name, text := range chart.Templates {
		names = append(names, name)
		if _, err := set.New(fullName(chart, name)).Parse(text); err != nil {
			return result, err
		}
	}
	sort.Strings(names)
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		var out strings.Builder
		if err := set.ExecuteTemplate(&out, fullName(chart, name), data(chart, values, request, name)); err != nil {
			return result, err
		}
		// As Helm does: what is nil prints as nothing.
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		if path.Base(name) == "NOTES.txt" {
			result.Notes = text
		} else if isShown(name, request.ShowOnly) {
			documents, err := documentsOf(fullName(chart, name), text)
			if err != nil {
				return result, err
			}
			result.Documents = append(result.Documents, documents...)
		}
	}
	sort.SliceStable(result.Documents, func(a, b int) bool { return order(result.Documents[a]) < order(result.Documents[b]) })
	return result, nil
}

func fullName(chart *Chart, name string) string {
	return fmt.Sprintf("%v/%s", chart.Metadata["name"], name)
}

func data(chart *Chart, values map[string]interface{}, request Request, name string) map[string]interface{} {
	return map[string]interface{}{
		"Values":       values,
		"Chart":        chart.ForTemplates(),
		"Files":        chart.Files,
		"Capabilities": capabilitiesOf(request.APIVersions),
		"Release": map[string]interface{}{
			"Name": request.Release, "Namespace": request.Namespace, "Service": request.Service,
			"IsInstall": true, "IsUpgrade": false, "Revision": 1,
		},
		"Template": map[string]interface{}{"Name": fullName(chart, name), "BasePath": fullName(chart, "templates")},
	}
}

func isShown(name string, only []string) bool {
	for _, wanted := range only {
		if wanted == name {
			return true
		}
	}
	return len(only) == 0
}

// documentsOf splits a template's output. Two keys of one name are an error here; an API server would take the last.
func documentsOf(source, text string) ([]Document, error) {
	found := []Document{}
	for _, part := range strings.Split("\n"+text, "\n---") {
		var object map[string]interface{}
		if err := yaml.UnmarshalStrict([]byte(part), &object); err != nil {
			return nil, fmt.Errorf("YAML parse error on %s: %w\n%s", source, err, part)
		}
		if len(object) > 0 {
			found = append(found, Document{source, part, object})
		}
	}
	return found, nil
}
