package main

import (
	"os"
	"strings"

	"github.com/xeipuuv/gojsonschema"
)

func readValues(file string) (map[string]interface{}, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	values := map[string]interface{}{}
	return values, parse(file, content, &values)
}

// Coalesce puts the user's values over the chart's: maps key by key, all else whole, and null takes a key away.
func Coalesce(defaults, own map[string]interface{}) map[string]interface{} {
	result := map[string]interface{}{}
	for key, value := range defaults {
		result[key] = clone(value)
	}
	for key, value := range own {
		if value == nil {
			delete(result, key)
			continue
		}
		below, isMap := value.(map[string]interface{})
		if there, both := result[key].(map[string]interface{}); isMap && both {
			result[key] = Coalesce(there, below)
		} else {
			result[key] = clone(value)
		}
	}
	return result
}

// clone copies maps: templates may change what they are given (`set`, `merge`).
func clone(value interface{}) interface{} {
	if below, isMap := value.(map[string]interface{}); isMap {
		return Coalesce(below, nil)
	}
	return value
}

// Validate checks values against the chart's schema, with the library and the message of Helm.
func Validate(chart *Chart, values map[string]interface{}) error {
	if chart.Schema == nil {
		return nil
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(chart.Schema), gojsonschema.NewGoLoader(values))
	if err != nil || result.Valid() {
		return err
	}
	problems := []string{}
	for _, problem := range result.Errors() {
		problems = append(problems, "- "+problem.String())
	}
	return &schemaError{strings.Join(problems, "\n")}
}

type schemaError struct{ problems string }

func (e *schemaError) Error() string {
	return "values don't meet the specifications of the schema(s) in the following chart(s):\n" + e.problems
}
