package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

const deepest = 1000

// functions returns sprig's functions and Helm's own (https://helm.sh/docs/chart_template_guide/function_list).
func functions(set *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	own := template.FuncMap{
		"toYaml":        toYAML,
		"fromYaml":      func(text string) map[string]interface{} { return decode[map[string]interface{}](text) },
		"fromYamlArray": func(text string) []interface{} { return decode[[]interface{}](text) },
		"toJson":        toJSON,
		"fromJson":      func(text string) map[string]interface{} { return decode[map[string]interface{}](text) },
		"fromJsonArray": func(text string) []interface{} { return decode[[]interface{}](text) },
		"required":      required,
		"fail":          func(message string) (string, error) { return "", fmt.Errorf("%s", message) },
		"lookup":        func(string, string, string, string) map[string]interface{} { return map[string]interface{}{} },
		"getHostByName": func(string) string { return "" },
	}
	for name, function := range own {
		all[name] = function
	}

	depth := 0
	execute := func(of *template.Template, name string, data interface{}) (string, error) {
		if depth++; depth > deepest {
			return "", fmt.Errorf("%s includes itself without end", name)
		}
		defer func() { depth-- }()
		var out strings.Builder
		err := of.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["include"] = func(name string, data interface{}) (string, error) { return execute(set, name, data) }
	all["tpl"] = func(text string, data interface{}) (string, error) {
		copied, err := set.Clone()
		if err != nil {
			return "", err
		}
		if _, err = copied.New("tpl").Parse(text); err != nil {
			return "", fmt.Errorf("cannot parse template %q: %w", text, err)
		}
		out, err := execute(copied, "tpl", data)
		return strings.ReplaceAll(out, "<no value>", ""), err
	}
	return all
}

func toYAML(value interface{}) (string, error) {
	out, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(out), "\n"), err
}

func toJSON(value interface{}) (string, error) {
	out, err := json.Marshal(value)
	return string(out), err
}

// decode gives nothing where the text cannot be read; Helm gives a map with the key Error.
func decode[T any](text string) T {
	var value T
	_ = yaml.Unmarshal([]byte(text), &value)
	return value
}

func required(message string, value interface{}) (interface{}, error) {
	if value == nil || value == "" {
		return value, fmt.Errorf("%s", message)
	}
	return value, nil
}
