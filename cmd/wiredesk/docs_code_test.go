package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// docPackages returns the folders that hold our packages, by package name.
func docPackages(t *testing.T) map[string]string {
	t.Helper()
	folders := make(map[string]string)
	err := filepath.WalkDir(docRoot, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != docRoot && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		folder := filepath.Dir(path)
		name := filepath.Base(folder)
		if name == "wiredesk" {
			name = "main"
		}
		folders[name] = folder
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

// docGoFiles returns a package's files by their paths, tests included.
func docGoFiles(t *testing.T, folder string) map[string]*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]*ast.File, len(paths))
	for _, path := range paths {
		if files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// docSymbols returns what a package declares: Name, Type.Method, Type.Field.
func docSymbols(files map[string]*ast.File) map[string]bool {
	found := make(map[string]bool)
	for _, file := range files {
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				found[docReceiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					docDeclare(found, spec)
				}
			}
		}
	}
	return found
}

func docReceiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if name, ok := of.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

func docDeclare(found map[string]bool, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			found[name.Name] = true
		}
	case *ast.TypeSpec:
		found[spec.Name.Name] = true
		var fields *ast.FieldList
		switch of := spec.Type.(type) {
		case *ast.StructType:
			fields = of.Fields
		case *ast.InterfaceType:
			fields = of.Methods
		default:
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				found[spec.Name.Name+"."+name.Name] = true
			}
		}
	}
}

func TestCitedSymbolsExist(t *testing.T) {
	t.Parallel()
	known := make(map[string]map[string]bool)
	for name, folder := range docPackages(t) {
		known[name] = docSymbols(docGoFiles(t, folder))
	}
	checked := 0
	for _, cited := range docSorted(docMatches("`([a-z]+\\.\\w+(?:\\.\\w+)?)`", docText(t, "docs/ARCHITECTURE.md"))) {
		name, symbol, _ := strings.Cut(cited, ".")
		declared, ours := known[name]
		if !ours {
			t.Errorf("docs/ARCHITECTURE.md cites %s: there is no package %s", cited, name)
			continue
		}
		checked++
		if !declared[symbol] {
			t.Errorf("docs/ARCHITECTURE.md cites %s, which does not exist", cited)
		}
	}
	if checked < 100 {
		t.Errorf("%d symbols found: the test looks for the wrong thing", checked)
	}
}

// TestImportRules holds the table of packages against the code and the linter.
func TestImportRules(t *testing.T) {
	t.Parallel()
	var linter struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Files []string
						Allow []string
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal([]byte(docText(t, ".golangci.yml")), &linter); err != nil {
		t.Fatal(err)
	}
	allowed := make(map[string][]string) // by folder
	for _, rule := range linter.Linters.Settings.Depguard.Rules {
		folder := strings.TrimSuffix(strings.TrimPrefix(rule.Files[0], "**/"), "/*.go")
		for _, path := range rule.Allow {
			if path != "$gostd" {
				allowed[folder] = append(allowed[folder], strings.TrimPrefix(strings.TrimSuffix(path, "$"), "wiredesk/"))
			}
		}
	}
	listed := make(map[string]bool)
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|[^|]*\\|([^|]*)\\|([^|]*)\\|$").FindAllStringSubmatch(docText(t, "docs/ARCHITECTURE.md"), -1) {
		folder := row[1]
		listed[folder] = true
		table := docMatches("`([^`]+)`", row[2]+row[3])
		if diff := cmp.Diff(docSorted(table), docSorted(allowed[folder])); diff != "" {
			t.Errorf("%s (-docs/ARCHITECTURE.md +.golangci.yml):\n%s", folder, diff)
		}
		for _, path := range docImports(t, filepath.Join(docRoot, folder)) {
			if !slices.ContainsFunc(table, func(entry string) bool {
				// Of ours only the package itself is meant, of others all that is below.
				return path == "wiredesk/"+entry || path == entry || strings.HasPrefix(path, entry+"/")
			}) {
				t.Errorf("%s imports %s, which docs/ARCHITECTURE.md does not allow", folder, path)
			}
		}
	}
	for name, folder := range docPackages(t) {
		if folder, _ = filepath.Rel(docRoot, folder); name != "main" && !listed[filepath.ToSlash(folder)] {
			t.Errorf("%s is not in the table of docs/ARCHITECTURE.md", folder)
		}
	}
}

// docImports returns what the package imports from outside the standard library.
func docImports(t *testing.T, folder string) (paths []string) {
	t.Helper()
	for name, file := range docGoFiles(t, folder) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") || first == "wiredesk" {
				paths = append(paths, path)
			}
		}
	}
	return docSorted(paths)
}
