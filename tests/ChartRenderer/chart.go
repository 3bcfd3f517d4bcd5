package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// Chart is what a chart's folder holds.
type Chart struct {
	Metadata  map[string]interface{}
	Values    map[string]interface{}
	Schema    []byte
	Templates map[string]string
	Files     Files
}

// LoadChart reads a chart from a folder.
func LoadChart(folder string) (*Chart, error) {
	chart := &Chart{Templates: map[string]string{}, Files: Files{}}
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		switch {
		case name == "Chart.yaml":
			return parse(name, content, &chart.Metadata)
		case name == "values.yaml":
			return parse(name, content, &chart.Values)
		case name == "values.schema.json":
			chart.Schema = content
		case strings.HasPrefix(name, "templates/"):
			chart.Templates[name] = string(content)
		default:
			chart.Files[name] = content
		}
		return nil
	})
	if err == nil && chart.Metadata["name"] == nil {
		err = fmt.Errorf("%s is no chart: there is no Chart.yaml with a name", folder)
	}
	return chart, err
}

// ForTemplates is what templates see as .Chart: the fields of Helm's struct, in capitals.
func (c *Chart) ForTemplates() map[string]interface{} {
	fields := map[string]interface{}{}
	for key, value := range c.Metadata {
		fields[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return fields
}

// parse refuses a key that is there twice, of which Helm silently takes the last.
func parse(name string, content []byte, into *map[string]interface{}) error {
	if err := yaml.UnmarshalStrict(content, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
