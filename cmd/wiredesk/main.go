// Command wiredesk polls the feeds of news wires, recognises when many of them
// carry the same story, and publishes merged feeds with every story once.
//
// Run "wiredesk help" for its commands. Exit status 0 means it worked, 1 that
// it failed, 2 that it was called or configured wrongly.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"wiredesk/config"
)

// Exit statuses.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(run(os.Args[1:], "wiredesk.yaml", "/etc/wiredesk/wiredesk.yaml"))
}

// run executes one command line and returns its exit status. Configs are where
// the configuration is looked for.
func run(args []string, configs ...string) int {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	root := newRoot(configs...)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, complaint(ctx, err))
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailed
}

// untilSignal returns a context that the first SIGINT or SIGTERM cancels. The
// second ends the program at once. Stop must be called.
func untilSignal(parent context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-signals:
		case <-ctx.Done():
		}
		signal.Stop(signals) // first, so that no second one is caught
		cancel()
	}()
	return ctx, func() {
		cancel()
		<-ended
	}
}

// complaint returns what the user is told about err.
func complaint(ctx context.Context, err error) string {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return "wiredesk: interrupted"
	}
	if problems, ok := errors.AsType[config.Problems](err); ok {
		return problems.Error() // file:line:column first, as editors want it
	}
	return "wiredesk: " + err.Error()
}

// usageError is a wrong command line or configuration: trying again without
// changing it is pointless.
type usageError struct{ error }

// Unwrap returns what is wrong.
func (e usageError) Unwrap() error { return e.error }
