package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wiredesk/config"
)

// TestMain lets tests run this program: the test binary is the program where it
// is called by its name. wiredesk-near looks for its configuration in the
// working directory only.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"wiredesk": main,
		"wiredesk-near": func() {
			os.Exit(run(os.Args[1:], "wiredesk.yaml", "etc/wiredesk.yaml"))
		},
	})
}

// TestScripts runs the commands as their users do. Besides the commands of
// testscript, scripts have:
//
//	expand FILE...              put the environment into the files
//	exits STATUS PROGRAM ARG... like exec, with an exact exit status
//	get URL                     fetch, for stdout to look at
//	until URL PATTERN           fetch until the answer matches
//	refused URL                 wait until nobody listens there
//	damage FILE                 cut off most of it
//	capture NAME FILE PATTERN   $NAME is then what the pattern's group matches
//	daemon NAME ARG...          start "wiredesk ARG..." and wait until it serves;
//	                            $NAME is then its URL, $NAME_ADDRESS the address
//	logs NAME PATTERN           wait until a further line of its log matches
//	signal NAME SIGNAL          send it TERM, INT, HUP or KILL
//	hold NAME                   keep a request to it from ending
//	release NAME                let that request end
//	deafen NAME                 stop reading its log
//	ends NAME STATUS            wait for its end; its log is then in NAME.log
//
// $WIRES is a server of the files below www, at $WIRES_HOST; see serveWires. $WIRES_ID begins
// the ids that its feeds get. Nobody listens on $NOBODY.
func TestScripts(t *testing.T) {
	// Under nohup commands would inherit that hang-ups are ignored.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(5 * patience),
		Setup: func(env *testscript.Env) error {
			wires := httptest.NewServer(serveWires(filepath.Join(env.WorkDir, "www")))
			daemons := make(scriptDaemons)
			env.Defer(func() {
				daemons.kill()
				wires.CloseClientConnections()
				wires.Close()
			})
			env.Values[daemonsKey{}] = daemons
			env.Setenv("WIRES", wires.URL)
			env.Setenv("WIRES_BY_NAME", strings.Replace(wires.URL, "127.0.0.1", "localhost", 1)) // another host
			env.Setenv("WIRES_HOST", strings.TrimPrefix(wires.URL, "http://"))
			env.Setenv("WIRES_ID", config.SourceID(wires.URL))
			env.Setenv("NOBODY", "http://127.0.0.1:1")
			env.Setenv("TZ", "Asia/Tokyo")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"expand":  scriptExpand,
			"exits":   scriptExits,
			"get":     scriptGet,
			"until":   scriptUntil,
			"refused": scriptRefused,
			"damage":  scriptDamage,
			"capture": scriptCapture,
			"daemon":  scriptDaemon,
			"logs":    scriptLogs,
			"signal":  scriptSignal,
			"hold":    scriptHold,
			"release": scriptRelease,
			"deafen":  scriptDeafen,
			"ends":    scriptEnds,
		},
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %s", name)
			}
			return os.Geteuid() == 0, nil
		},
	})
}

// patience is how long a script waits for what must come.
const patience = time.Minute

// serveWires serves the files of folder. /moved/NAME leads to NAME for good,
// /found/NAME for now, /status/N answers N, and /silent/ never
// answers: /waiting says how often it was asked.
func serveWires(folder string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(folder)))
	for prefix, status := range map[string]int{"/moved": http.StatusMovedPermanently, "/found": http.StatusFound} {
		mux.HandleFunc(prefix+"/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.TrimPrefix(r.URL.Path, prefix), status)
		})
	}
	mux.HandleFunc("/status/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil {
			n = http.StatusNotFound
		}
		w.WriteHeader(n)
	})
	var waiting atomic.Int64
	mux.HandleFunc("/silent/", func(_ http.ResponseWriter, r *http.Request) {
		waiting.Add(1)
		<-r.Context().Done()
	})
	mux.HandleFunc("/waiting", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, waiting.Load()) })
	return mux
}

func scriptExpand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), func(key string) string {
			if strings.ToUpper(key) != key { // an expression's, perhaps
				return "$" + key
			}
			return ts.Getenv(key)
		})
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARG...")
	}
	status := "0"
	err := ts.Exec(args[1], args[2:]...)
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		status = strconv.Itoa(exit.ExitCode())
	} else {
		ts.Check(err)
	}
	if status != args[0] {
		ts.Fatalf("%s exited with status %s, want %s", args[1], status, args[0])
	}
}

func fetchText(url string) (string, error) {
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return fmt.Sprintf("%s\n%s", res.Status, text), err
}

func scriptGet(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: get URL")
	}
	text, err := fetchText(args[0])
	ts.Check(err)
	_, err = io.WriteString(ts.Stdout(), text)
	ts.Check(err)
}

func scriptUntil(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] until URL PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	var text string
	if !soon(func() bool {
		text, err = fetchText(args[0])
		return err == nil && pattern.MatchString(text) != neg
	}) {
		ts.Fatalf("%s still says:\n%s (%v)", args[0], text, err)
	}
}

func scriptRefused(ts *testscript.TestScript, _ bool, args []string) {
	if !soon(func() bool {
		_, err := fetchText(args[0])
		return err != nil
	}) {
		ts.Fatalf("%s still answers", args[0])
	}
}

// scriptDamage leaves the first pages of a database and cuts off the rest.
func scriptDamage(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: damage FILE")
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), 10_000))
}

func scriptCapture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: capture NAME FILE PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[2])
	ts.Check(err)
	match := pattern.FindStringSubmatch(ts.ReadFile(args[1]))
	if len(match) < 2 {
		ts.Fatalf("%s does not match %s:\n%s", args[1], args[2], ts.ReadFile(args[1]))
	}
	ts.Setenv(args[0], match[1])
}

// soon reports whether what is asked for comes to be.
func soon(is func() bool) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if is() {
			return true
		}
	}
	return false
}
