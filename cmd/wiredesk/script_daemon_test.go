package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

type daemonsKey struct{}

// scriptDaemons are the daemons that a script has started, by name.
type scriptDaemons map[string]*startedDaemon

// startedDaemon is one of them.
type startedDaemon struct {
	cmd   *exec.Cmd
	pipe  io.Closer
	lines chan string // of its log; closed when it has ended
	log   strings.Builder
	held  net.Conn // nil: no request is held
}

func (all scriptDaemons) kill() {
	for _, d := range all {
		if d.held != nil {
			_ = d.held.Close()
		}
		if d.cmd.ProcessState == nil {
			_ = d.cmd.Process.Kill()
			for range d.lines {
			}
			_ = d.cmd.Wait()
		}
	}
}

// await takes lines of the log until one matches.
func (d *startedDaemon) await(pattern *regexp.Regexp) (match []string) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case line, open := <-d.lines:
			if !open {
				return nil
			}
			d.log.WriteString(line + "\n")
			if match = pattern.FindStringSubmatch(line); match != nil {
				return match
			}
		case <-late.C:
			return nil
		}
	}
}

func daemonNamed(ts *testscript.TestScript, name string) *startedDaemon {
	d := ts.Value(daemonsKey{}).(scriptDaemons)[name]
	if d == nil {
		ts.Fatalf("no daemon %s was started", name)
	}
	return d
}

var servingLine = regexp.MustCompile(`msg=serving address=(\S+)`)

func scriptDaemon(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: daemon NAME ARG...")
	}
	name := args[0]
	program, err := exec.LookPath("wiredesk")
	ts.Check(err)
	d := &startedDaemon{cmd: exec.Command(program, args[1:]...), lines: make(chan string, 1000)}
	d.cmd.Dir = ts.MkAbs(".")
	for _, key := range []string{"PATH", "HOME", "TMPDIR", "TZ", "STATE_DIRECTORY"} {
		d.cmd.Env = append(d.cmd.Env, key+"="+ts.Getenv(key))
	}
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	defer out.Close()
	d.cmd.Stdout = out
	pipe, err := d.cmd.StderrPipe()
	ts.Check(err)
	d.pipe = pipe
	ts.Check(d.cmd.Start())
	go func() {
		defer close(d.lines)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			d.lines <- lines.Text()
		}
	}()
	ts.Value(daemonsKey{}).(scriptDaemons)[name] = d
	match := d.await(servingLine)
	if match == nil {
		ts.Fatalf("%s does not serve:\n%s", name, &d.log)
	}
	ts.Setenv(name, "http://"+match[1])
	ts.Setenv(name+"_ADDRESS", match[1])
}

func scriptLogs(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: logs NAME PATTERN")
	}
	d := daemonNamed(ts, args[0])
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	if d.await(pattern) == nil {
		ts.Fatalf("%s does not log %q:\n%s", args[0], args[1], &d.log)
	}
}

func scriptSignal(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}
	if len(args) != 2 || signals[args[1]] == nil {
		ts.Fatalf("usage: signal NAME TERM|INT|HUP|KILL")
	}
	ts.Check(daemonNamed(ts, args[0]).cmd.Process.Signal(signals[args[1]]))
}

// scriptHold sends a request whose body never comes, for which the server waits
// before it answers.
func scriptHold(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: hold NAME")
	}
	d := daemonNamed(ts, args[0])
	conn, err := net.Dial("tcp", ts.Getenv(args[0]+"_ADDRESS"))
	ts.Check(err)
	d.held = conn
	_, err = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n")
	ts.Check(err)
	// Connections are accepted in turn: after this one, so is ours.
	_, err = fetchText(ts.Getenv(args[0]) + "/healthz")
	ts.Check(err)
}

func scriptRelease(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: release NAME")
	}
	ts.Check(daemonNamed(ts, args[0]).held.Close())
}

func scriptDeafen(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: deafen NAME")
	}
	ts.Check(daemonNamed(ts, args[0]).pipe.Close())
}

// scriptEnds takes the name of a signal as a status where one ended the daemon.
func scriptEnds(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: ends NAME STATUS")
	}
	d := daemonNamed(ts, args[0])
	nothing := regexp.MustCompile(`$^`)
	late := time.AfterFunc(patience, func() { _ = d.cmd.Process.Kill() })
	defer late.Stop()
	d.await(nothing)
	_ = d.cmd.Wait() // the status says it
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".log"), []byte(d.log.String()), 0o600))
	status := strconv.Itoa(d.cmd.ProcessState.ExitCode())
	if waited, ok := d.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && waited.Signaled() {
		status = waited.Signal().String()
	}
	if status != args[1] {
		ts.Fatalf("%s ended with %s, want %s:\n%s", args[0], status, args[1], &d.log)
	}
}
