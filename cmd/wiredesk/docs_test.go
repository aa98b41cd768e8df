package main

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"wiredesk/aggregator/publish"
	"wiredesk/aggregator/schedule"
	"wiredesk/aggregator/search"
	"wiredesk/config"
	"wiredesk/storage"
)

// What the documents say is held against the code.

const docRoot = "../.." // of the module

// docFiles are the documents that these tests look after, from the top.
func docFiles() []string {
	return []string{"README.md", "docs/ARCHITECTURE.md", "docs/operation.md", "docs/configuration.md", "docs/stories.md"}
}

func docText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(docRoot, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docMatches returns what the first group of pattern matches in text, one after another.
func docMatches(pattern, text string) (found []string) {
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// docSorted returns each of list once, in order.
func docSorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	punctuation := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	checked := 0
	for _, name := range docFiles() {
		for _, link := range docMatches(`\]\(([^)\s]+)\)`, docText(t, name)) {
			if strings.Contains(link, "://") {
				continue
			}
			checked++
			path, heading, _ := strings.Cut(link, "#")
			target := name
			if path != "" {
				target = filepath.Join(filepath.Dir(name), path)
			}
			if _, err := os.Stat(filepath.Join(docRoot, target)); err != nil {
				t.Errorf("%s links to %s: %v", name, link, err)
				continue
			}
			if heading == "" {
				continue
			}
			var anchors []string
			for _, h := range docMatches(`(?m)^#+ (.+)$`, docText(t, target)) {
				anchors = append(anchors, strings.ReplaceAll(punctuation.ReplaceAllString(strings.ToLower(h), ""), " ", "-"))
			}
			if !slices.Contains(anchors, heading) {
				t.Errorf("%s links to %s: no such heading among %v", name, link, anchors)
			}
		}
	}
	if checked < 10 {
		t.Errorf("%d links found: the test looks for the wrong thing", checked)
	}
}

func TestDocumentedMetrics(t *testing.T) {
	t.Parallel()
	db, err := storage.Open(filepath.Join(t.TempDir(), "test.db"), storage.Options{InitialMmapBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	m := newMetrics(db, func() schedule.Load { return schedule.Load{} }, func() schedule.Spending { return schedule.Spending{} }, func() search.Figures { return search.Figures{} })
	m.request("/", 200, time.Millisecond)
	m.whereFailed("all")
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var registered []string
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "wiredesk_") {
			continue
		}
		name := family.GetName()
		var labels []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}
		if len(labels) > 0 {
			name += "{" + strings.Join(labels, ",") + "}"
		}
		registered = append(registered, name)
	}
	text := docText(t, "docs/operation.md")
	if diff := cmp.Diff(docSorted(docMatches("(?m)^\\| `(wiredesk_[^`]+)`", text)), docSorted(registered)); diff != "" {
		t.Errorf("metrics (-docs/operation.md +registered):\n%s", diff)
	}
	for _, name := range docMatches(`\b(wiredesk_[a-z_]+)`, text) {
		if !slices.ContainsFunc(registered, func(r string) bool { r, _, _ = strings.Cut(r, "{"); return r == name }) {
			t.Errorf("docs/operation.md names %s, which is not registered", name)
		}
	}
}

// TestDocumentedMessages holds the list of warnings and errors against what is
// logged.
func TestDocumentedMessages(t *testing.T) {
	t.Parallel()
	var logged []string
	for _, folder := range docPackages(t) {
		for path, file := range docGoFiles(t, folder) {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if message, ok := docLogged(n); ok {
					logged = append(logged, message)
				}
				return true
			})
		}
	}
	_, list, _ := strings.Cut(docText(t, "docs/operation.md"), "## Log messages to act on")
	list, _, _ = strings.Cut(list, "\n## ")
	if diff := cmp.Diff(docSorted(docMatches(`(?m)^\| (.+?) \| (?:error|warning) \|`, list)), docSorted(logged)); diff != "" {
		t.Errorf("messages (-docs/operation.md +logged):\n%s", diff)
	}
}

// docLogged returns the message of a call of Warn or Error on a logger.
func docLogged(n ast.Node) (message string, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || method.Sel.Name != "Warn" && method.Sel.Name != "Error" {
		return "", false
	}
	logger := ""
	switch of := method.X.(type) {
	case *ast.Ident:
		logger = of.Name
	case *ast.SelectorExpr:
		logger = of.Sel.Name
	}
	text, literal := call.Args[0].(*ast.BasicLit)
	if !literal || !strings.EqualFold(logger, "log") {
		return "", false
	}
	message, err := strconv.Unquote(text.Value)
	return message, err == nil
}

func TestEveryCommandIsDocumented(t *testing.T) {
	t.Parallel()
	text := docText(t, "README.md") + docText(t, "docs/operation.md")
	commands := newRoot().Commands()
	if len(commands) < 8 {
		t.Errorf("%d commands", len(commands))
	}
	for _, cmd := range commands {
		if !regexp.MustCompile(`wiredesk ` + cmd.Name() + `\b`).MatchString(text) {
			t.Errorf("neither README.md nor docs/operation.md shows wiredesk %s", cmd.Name())
		}
	}
	for _, name := range docMatches(`(?m)(?:^|sudo |\x60|/)wiredesk ([a-z]+)`, text) {
		if !slices.ContainsFunc(commands, func(c *cobra.Command) bool { return c.Name() == name }) && name != "help" {
			t.Errorf("there is no wiredesk %s", name)
		}
	}
}

// TestExamplesLoad loads every whole configuration that the documents show, with
// secrets beside it, but for README.md: its example is right as it stands.
func TestExamplesLoad(t *testing.T) {
	t.Parallel()
	whole := 0
	for _, name := range docFiles() {
		for i, text := range docMatches("(?s)```yaml\n(.*?)```", docText(t, name)) {
			if !regexp.MustCompile(`(?m)^sources:`).MatchString(text) {
				continue
			}
			whole++
			t.Run(fmt.Sprint(name, " ", i), func(t *testing.T) {
				t.Parallel()
				folder := t.TempDir()
				if name != "README.md" {
					for _, secret := range docMatches(`(?:password_file|file): ([\w.-]+)`, text) {
						docWrite(t, filepath.Join(folder, secret), "http://proxy.example:3128\n")
					}
				}
				path := filepath.Join(folder, "wiredesk.yaml")
				docWrite(t, path, text)
				docLoads(t, path, "")
			})
		}
	}
	if whole < 3 {
		t.Errorf("%d whole examples found: the test looks for the wrong thing", whole)
	}
	docLoads(t, filepath.Join(docRoot, "systemd/wiredesk.example.yaml"), t.TempDir())
}

func docWrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func docLoads(t *testing.T, path, state string) {
	t.Helper()
	cfg, err := config.Load(path, config.Options{
		CheckExpression: checkExpression,
		Getenv: func(name string) string {
			switch name {
			case "CREDENTIALS_DIRECTORY":
				return ""
			case "STATE_DIRECTORY":
				return state
			}
			return "secret"
		},
	})
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if _, err := settingsOf(cfg); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

// TestExpressionsCompile compiles every expression that the documents and the
// example show, those in comments too.
func TestExpressionsCompile(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, name := range append([]string{"systemd/wiredesk.example.yaml"}, docFiles()...) {
		text := docText(t, name)
		blocks := []string{text}
		if filepath.Ext(name) == ".md" {
			blocks = docMatches("(?s)```yaml\n(.*?)```", text)
		}
		for line := range strings.SplitSeq(strings.Join(blocks, "\n"), "\n") {
			key, expression, ok := docExpression(line)
			if !ok {
				continue
			}
			checked++
			var err error
			if key == "drop" {
				_, err = publish.CompileDrop(expression)
			} else {
				_, err = publish.CompileWhere(expression)
			}
			if err != nil {
				t.Errorf("%s: %s: %v", name, line, err)
			}
		}
	}
	if checked < 6 {
		t.Errorf("%d expressions found: the test looks for the wrong thing", checked)
	}
}

// docExpression returns the expression of a line such as "drop: 'true'".
func docExpression(line string) (key, expression string, ok bool) {
	m := regexp.MustCompile(`^[\s#-]*((drop|where): .+)$`).FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	var pair map[string]string
	if err := yaml.Unmarshal([]byte(m[1]), &pair); err != nil {
		return "", "", false
	}
	return m[2], pair[m[2]], true
}
