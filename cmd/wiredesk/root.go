package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wiredesk/aggregator/publish"
	"wiredesk/aggregator/schedule"
	"wiredesk/config"
)

// common are the flags that every command has.
type common struct {
	configs []string // where the configuration is looked for without --config
	config  string
	debug   bool
}

// newRoot returns the program's commands. Configs are where the configuration
// is looked for when --config is not given, the first that exists wins.
func newRoot(configs ...string) *cobra.Command {
	flags := &common{configs: configs}
	root := &cobra.Command{
		Use:   "wiredesk",
		Short: "Every wire story once",
		Long: `Wiredesk polls the RSS, Atom and JSON feeds of news wires, recognises when many
of them carry the same story, and publishes merged feeds with every story once.

Start with "wiredesk demo", which needs neither network nor configuration.

The exit status is 0 when a command worked, 1 when it failed, and 2 when it was
called or configured wrongly.`,
		Example:       "  wiredesk demo\n  wiredesk serve --config /etc/wiredesk/wiredesk.yaml",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	takesCommand(root)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetVersionTemplate(versionLine())
	root.PersistentFlags().StringVarP(&flags.config, "config", "c", "", "configuration `FILE` (default "+strings.Join(configs, ", then ")+")")
	root.PersistentFlags().BoolVar(&flags.debug, "debug", false, "log every poll")
	root.SetFlagErrorFunc(wrongCall)
	root.SetHelpCommand(newHelp())
	root.AddCommand(
		newServe(flags), newDemo(flags), newCheck(flags), newPoll(flags), newDiscover(flags),
		newImport(), newExport(flags), newSources(flags), newStories(flags), newWhy(flags), newPin(flags),
		newBacktest(flags), newRebuild(flags), newVersion(),
	)
	return root
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Explain a command",
		Example: "  wiredesk help poll",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return wrongCall(cmd, err)
			}
			if len(rest) > 0 {
				return unknownCommand(about, rest[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// takes makes a command take these arguments and no others.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return wrongCall(cmd, fmt.Errorf("%s is missing", names[len(args)]))
		case len(args) > len(names):
			return wrongCall(cmd, fmt.Errorf("%q is one argument too many", args[len(names)]))
		}
		if empty := slices.Index(args, ""); empty >= 0 {
			return wrongCall(cmd, fmt.Errorf("%s is empty", names[empty]))
		}
		return nil
	}
}

// takesCommand makes a command explain itself where none of its own commands is
// called.
func takesCommand(cmd *cobra.Command) {
	cmd.SuggestionsMinimumDistance = 2
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

func unknownCommand(cmd *cobra.Command, name string) error {
	err := fmt.Errorf("%s has no command %q", cmd.CommandPath(), name)
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(near, " or "))
	}
	return wrongCall(cmd, err)
}

// wrongCall says where the right way to call cmd is explained.
func wrongCall(cmd *cobra.Command, err error) error {
	return usageError{fmt.Errorf("%w\nSee %q", err, cmd.CommandPath()+" --help")}
}

// load reads the configuration.
func (c *common) load() (*config.Config, error) {
	path, err := c.path()
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(path, config.Options{CheckExpression: checkExpression, HostOf: schedule.HostOf})
	if err != nil {
		return nil, usageError{err}
	}
	return cfg, nil
}

// path returns the configuration's file: the one given, else the first of the
// usual ones. One that is there and cannot be read is not passed over.
func (c *common) path() (string, error) {
	if c.config != "" {
		return c.config, nil
	}
	for _, path := range c.configs {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
	}
	return "", usageError{fmt.Errorf("no configuration: there is no %s; name one with --config, or try %q",
		strings.Join(c.configs, " and no "), "wiredesk demo")}
}

func checkExpression(kind config.ExpressionKind, text string) error {
	var err error
	if kind == config.Drop {
		_, err = publish.CompileDrop(text)
	} else {
		_, err = publish.CompileWhere(text)
	}
	return errors.Unwrap(err) // the key says which kind it is
}

// logger writes to standard error.
func (c *common) logger() *slog.Logger {
	level := slog.LevelInfo
	if c.debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
