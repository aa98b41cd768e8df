package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets tests run this program: the test binary is the program where it
// is called by its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wiredesk": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true})
}
