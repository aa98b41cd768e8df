package config

import "go.yaml.in/yaml/v4"

// Set gives the key of the section the value that text would have in a file,
// for what overrules a configuration on a command line. Its error says what
// would be right, worded to stand behind the name of the key.
func (d *Dedupe) Set(key, text string) error {
	l := newLoader("", Options{})
	if doc, ok := l.document("", []byte(text)); ok {
		l.config.Dedupe = *d
		doc.key = "dedupe"
		name := &yaml.Node{Kind: yaml.ScalarNode, Tag: strTag, Value: key}
		l.dedupe(doc.at(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{name, doc.node}}))
	}
	if problems := inOrder(l.notes); len(problems) > 0 {
		return settingError(problems[0].Message)
	}
	*d = l.config.Dedupe
	return nil
}

// settingError is what is wrong with a value.
type settingError string

func (e settingError) Error() string { return string(e) }
