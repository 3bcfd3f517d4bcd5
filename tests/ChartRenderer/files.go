package main

import (
	"encoding/base64"
	"path"
	"strings"

	"sigs.k8s.io/yaml"
)

// Files is what templates see as .Files: the chart's files that are no templates.
type Files map[string][]byte

// Get returns a file's content; empty where there is no such file.
func (f Files) Get(name string) string { return string(f[name]) }

// GetBytes is Get for binary files.
func (f Files) GetBytes(name string) []byte { return f[name] }

// Glob returns the files whose names match.
func (f Files) Glob(pattern string) Files {
	found := Files{}
	for name, content := range f {
		if matches, err := path.Match(pattern, name); err == nil && matches {
			found[name] = content
		}
	}
	return found
}

// Lines returns a file line by line.
func (f Files) Lines(name string) []string {
	return strings.Split(strings.TrimSuffix(string(f[name]), "\n"), "\n")
}

// AsConfig returns the files as the data of a ConfigMap.
func (f Files) AsConfig() string {
	return f.asYAML(func(content []byte) string { return string(content) })
}

// AsSecrets returns the files as the data of a Secret.
func (f Files) AsSecrets() string { return f.asYAML(base64.StdEncoding.EncodeToString) }

func (f Files) asYAML(text func([]byte) string) string {
	data := map[string]string{}
	for name, content := range f {
		data[path.Base(name)] = text(content)
	}
	if len(data) == 0 {
		return ""
	}
	out, err := yaml.Marshal(data)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(out), "\n")
}
