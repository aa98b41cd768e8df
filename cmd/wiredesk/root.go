package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"wiredesk/aggregator/publish"
	"wiredesk/config"
)

// Where the configuration is looked for when --config is not given.
var configPaths = []string{"wiredesk.yaml", "/etc/wiredesk/wiredesk.yaml"}

// common are the flags that every command has.
type common struct {
	config string
	debug  bool
}

func newRoot() *cobra.Command {
	flags := &common{}
	root := &cobra.Command{
		Use:   "wiredesk",
		Short: "Every wire story once",
		Long: `Wiredesk polls the RSS, Atom and JSON feeds of news wires, recognises when many
of them carry the same story, and publishes merged feeds with every story once.

Start with "wiredesk demo", which needs neither network nor configuration.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          asUsage(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().StringVarP(&flags.config, "config", "c", "", "configuration `FILE` (default wiredesk.yaml, then /etc/wiredesk/wiredesk.yaml)")
	root.PersistentFlags().BoolVar(&flags.debug, "debug", false, "log every poll")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nSee %q", err, cmd.CommandPath()+" --help")}
	})
	root.AddCommand(
		newServe(flags), newDemo(flags), newCheck(flags), newPoll(flags), newDiscover(flags),
		newImport(), newExport(flags), newVersion(),
	)
	for _, cmd := range root.Commands() {
		cmd.Args = asUsage(cmd.Args)
	}
	return root
}

// asUsage makes a wrong number of arguments a usageError.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w\nSee %q", err, cmd.CommandPath()+" --help")}
		}
		return nil
	}
}

// load reads the configuration.
func (c *common) load() (*config.Config, error) {
	path := c.config
	for i := 0; path == ""; i++ {
		if i == len(configPaths) {
			return nil, usageError{fmt.Errorf("no configuration: neither %s nor %s exists; name one with --config, or try %q",
				configPaths[0], configPaths[1], "wiredesk demo")}
		}
		if _, err := os.Stat(configPaths[i]); !errors.Is(err, fs.ErrNotExist) {
			path = configPaths[i]
		}
	}
	cfg, err := config.Load(path, config.Options{CheckExpression: checkExpression})
	if err != nil {
		return nil, usageError{err}
	}
	return cfg, nil
}

func checkExpression(kind config.ExpressionKind, text string) error {
	var err error
	if kind == config.Drop {
		_, err = publish.CompileDrop(text)
	} else {
		_, err = publish.CompileWhere(text)
	}
	return err
}

// logger writes to standard error.
func (c *common) logger() *slog.Logger {
	level := slog.LevelInfo
	if c.debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
