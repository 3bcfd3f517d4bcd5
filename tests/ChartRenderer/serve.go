package main

import (
	"bufio"
	"encoding/json"
	"io"
)

// Serve answers each request, a line of JSON, with a Result as a line of JSON.
func Serve(chart *Chart, in io.Reader, out io.Writer) error {
	requests := json.NewDecoder(bufio.NewReader(in))
	answers := json.NewEncoder(out)
	for {
		request := Request{Release: "mysql-backup-operator", Namespace: "mysql-backup-operator", Service: "Helm"}
		if err := requests.Decode(&request); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		result, err := Render(chart, request)
		if err != nil {
			result.Error = err.Error()
		}
		if err := answers.Encode(result); err != nil {
			return err
		}
	}
}
