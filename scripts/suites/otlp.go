// Reads the messages of two files as the OpenTelemetry Collector does, and writes what it has understood beside them.
package main

import (
	"os"
	"path/filepath"

	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

type message interface {
	UnmarshalJSON([]byte) error
	MarshalJSON() ([]byte, error)
}

func main() {
	folder := os.Args[1]
	for name, one := range map[string]message{
		"traces":  ptraceotlp.NewExportRequest(),
		"metrics": pmetricotlp.NewExportRequest(),
	} {
		sent, err := os.ReadFile(filepath.Join(folder, name+".json"))
		check(err)
		check(one.UnmarshalJSON(sent))
		read, err := one.MarshalJSON()
		check(err)
		check(os.WriteFile(filepath.Join(folder, name+".read.json"), read, 0o600))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
