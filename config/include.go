package config

import (
	"path/filepath"
	"slices"
	"strings"
)

// include reads one pattern or a list of them.
func (l *loader) include(v value) {
	seen := map[string]bool{filepath.Clean(v.file.path): true}
	if v.isList() {
		v.list(func(v value) { l.includePattern(v, seen) })
		return
	}
	l.includePattern(v, seen)
}

// includePattern reads the files that a pattern, relative to the file it
// stands in, matches, in the order of their names and each once.
func (l *loader) includePattern(v value, seen map[string]bool) {
	pattern, ok := v.text("the path of a file or a pattern such as sources.d/*.yaml")
	if !ok {
		return
	}
	if !filepath.IsAbs(pattern) {
		pattern = filepath.Join(filepath.Dir(v.file.path), pattern)
	}
	paths := []string{pattern}
	if strings.ContainsAny(pattern, `*?[\`) {
		var err error
		if paths, err = l.glob(pattern); err != nil {
			v.problem("is not a pattern, must be like sources.d/*.yaml: * and ? stand for any characters, [a-z] for one")
			return
		}
		slices.Sort(paths)
	}
	for _, path := range paths {
		if !seen[filepath.Clean(path)] {
			seen[filepath.Clean(path)] = true
			l.includeFile(v, path)
		}
	}
}

func (l *loader) includeFile(v value, path string) {
	text, err := l.read(path, l.left)
	if err != nil {
		l.sourcesSeen, l.sourcesLost = true, true
		v.problem("%s cannot be read: %s, must be a file or a pattern such as sources.d/*.yaml", path, reason(err))
		return
	}
	included, ok := l.document(path, text)
	if !ok {
		l.sourcesSeen, l.sourcesLost = true, true
		return
	}
	why := "must not stand in an included file, which holds sources, hosts and feeds: move it to " + l.config.Path
	included.mappingBut(fields{"sources": l.sources, "hosts": l.hosts, "feeds": l.feeds}, refusals{
		"listen": why, "base_url": why, "contact": why, "storage": why, "poll": why, "dedupe": why,
		"include": "must not stand in an included file, includes do not nest: move it to " + l.config.Path,
	})
}
