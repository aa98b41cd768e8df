package config

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"wiredesk/aggregator"
)

// FormatSources writes sources as the YAML list of that name, to be pasted into
// a configuration or included by one. Passwords, header values and proxies are
// never written, nor a user or password inside a URL: a comment says what was
// left out and has to be added by hand.
func FormatSources(sources []aggregator.Source) ([]byte, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range sources {
		node, err := formatSource(s)
		if err != nil {
			return nil, fmt.Errorf("format source %s: %w", s.ID, err)
		}
		list.Content = append(list.Content, node)
	}
	if len(sources) == 0 {
		list.Style = yaml.FlowStyle
	}
	var out bytes.Buffer
	w, err := yaml.NewDumper(&out, yaml.WithLineWidth(-1), yaml.WithCompactSeqIndent(false))
	if err != nil {
		return nil, fmt.Errorf("format sources: %w", err)
	}
	if err := w.Dump(map[string]*yaml.Node{"sources": list}); err != nil {
		return nil, fmt.Errorf("format sources: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("format sources: %w", err)
	}
	return out.Bytes(), nil
}

// writtenSource has the keys that are written, in their order.
type writtenSource struct {
	URL          string   `yaml:"url"`
	ID           string   `yaml:"id,omitempty"`
	Title        string   `yaml:"title,omitempty"`
	Tags         []string `yaml:"tags,omitempty,flow"`
	Language     string   `yaml:"language,omitempty"`
	Priority     int      `yaml:"priority,omitempty"`
	Interval     string   `yaml:"interval,omitempty"`
	AllowPrivate bool     `yaml:"allow_private,omitempty"`
	Drop         string   `yaml:"drop,omitempty"`
}

func formatSource(s aggregator.Source) (*yaml.Node, error) {
	written := writtenSource{
		URL: s.URL, ID: s.ID, Title: s.Title, Tags: s.Tags, Language: s.Language,
		Priority: s.Priority, AllowPrivate: s.AllowPrivate, Drop: s.Drop,
	}
	if s.Interval > 0 {
		written.Interval = formatDuration(s.Interval)
	}
	var left []string
	if u, err := url.Parse(s.URL); err == nil && u.User != nil {
		u.User = nil
		written.URL = u.String()
		left = append(left, "basic_auth")
	} else if s.BasicAuth != (aggregator.BasicAuth{}) {
		left = append(left, "basic_auth")
	}
	if len(s.Headers) > 0 {
		left = append(left, "headers")
	}
	if s.Proxy != "" {
		left = append(left, "proxy")
	}
	node := new(yaml.Node)
	if err := node.Encode(written); err != nil {
		return nil, err
	}
	if len(left) > 0 {
		node.HeadComment = "left out, to be added by hand: " + strings.Join(slices.Clip(left), ", ")
	}
	return node, nil
}
