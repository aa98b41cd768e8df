package world

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestScriptHoldsADay(t *testing.T) {
	t.Parallel()
	w := still(t, Options{})
	if n := len(w.script); n < 40 {
		t.Errorf("%d happenings, want at least 40", n)
	}
	byWire := make(map[string]int)
	var copies, relays, edits, early int
	for _, h := range w.script {
		seen := make(map[reference]bool)
		for _, telling := range h.tellings {
			byWire[telling.wire]++
			if !placeholder.MatchString(telling.title) {
				t.Errorf("%s: headline %q is the same every day", h.id, telling.title)
			}
			if telling.at < dawn {
				early++
			}
			switch {
			case telling.relay:
				relays++
			case telling.from != reference{}:
				copies++
			}
			ref := reference{telling.wire, telling.key}
			if seen[ref] {
				edits++
			}
			seen[ref] = true
		}
	}
	if copies < 20 || relays < 5 || edits < 10 || early < 50 {
		t.Errorf("%d copies, %d relays, %d edits, %d tellings before dawn: too few", copies, relays, edits, early)
	}
	for _, wire := range w.wires {
		if byWire[wire.ID] < 5 {
			t.Errorf("%s has %d tellings, want at least 5", wire.ID, byWire[wire.ID])
		}
	}
	for _, label := range []string{"URGENT", "UPDATE 1-", "UPDATE 2-", "CORRECTED-", "KILL-", "BRIEF-", "WRAPUP:", "عاجل:", "СРОЧНО:", "RECTIFICATIF"} {
		if !slices.ContainsFunc(w.script, func(h happening) bool {
			return slices.ContainsFunc(h.tellings, func(t telling) bool { return strings.HasPrefix(t.title, label) })
		}) {
			t.Errorf("no telling is labelled %q", label)
		}
	}
}

func TestReadScriptRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"no happening", "Lost words.", "script/a.txt:1: text before the first happening"},
		{"no wire", "# a:\n@ 06:00", "2: a telling needs a time and a wire"},
		{"no such hour", "# a:\n@ 26:00 norvia", "2: time of a telling"},
		{"half a copy", "# a:\n@ 06:00 norvia key =", "2: telling"},
		{"no such mark", "# a:\n@ 06:00 norvia key < meridian", "2: telling"},
		{"no colon", "# a:\nships many", "want name: values"},
		{"odd name", "# a:\nShip: x", "a name is small letters"},
		{"empty value", "# a:\nship: x | ", "an empty value"},
		{"upside down", "# a:\nn: 9..3", "the lower first"},
		{"half a decimal", "# a:\nn: 1..3.5", "one bound has a decimal"},
		{"no figure", "# a:\nn: a..b", "invalid syntax"},
		{"told twice", "# a:\n# a:", "a: told twice"},
		{"unknown wire", "# a:\n@ 06:00 nobody\nTitle\nText", "nobody report: no such wire"},
		{"unknown variable", "# a:\n@ 06:00 norvia\n{ship} sails\nText", `{ship} has no value in "en"`},
		{"no Arabic form", "# a:\nship: Gull\n@ 06:00 marfa\n{ship}\nText", `{ship} has no value in "ar"`},
		{"no text", "# a:\n@ 06:00 norvia\nTitle", "headline or text is missing"},
		{"out of order", "# a:\n@ 06:00 norvia\nT\nT\n@ 05:00 meridian\nT\nT", "told before the one above it"},
		{"copy of nothing", "# a:\n@ 06:00 norvia = meridian", "nothing to take from meridian/report yet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := readScript(fstest.MapFS{"script/a.txt": {Data: []byte(tt.text)}}, cast())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("readScript: %v, want %q", err, tt.want)
			}
		})
	}
}

func TestNewKeepsWhatIsWrongForListen(t *testing.T) {
	t.Parallel()
	w := New(Options{})
	_, w.scriptErr = readScript(fstest.MapFS{"script/a.txt": {Data: []byte("lost")}}, w.wires)
	if err := w.Listen(); err == nil || !strings.Contains(err.Error(), "script/a.txt:1") {
		t.Errorf("Listen: %v, want what is wrong with the script", err)
	}
}

func TestCopyTakesTheTextOfItsTime(t *testing.T) {
	t.Parallel()
	const text = `# a: sea
@ 06:00 norvia
First
One.
@ 06:10 tidewater = norvia
@ 06:20 norvia
Second
Two.
@ 06:30 observer > norvia/report
@ 06:40 bulletin late = norvia
Own words above
`
	script, err := readScript(fstest.MapFS{"script/a.txt": {Data: []byte(text)}}, cast())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, told := range script[0].tellings {
		got = append(got, told.wire+"/"+told.key+" "+told.at.String()+" "+told.title+" "+told.text[0])
	}
	want := []string{
		"norvia/report 6h0m0s First One.", "tidewater/report 6h10m0s First One.", "norvia/report 6h20m0s Second Two.",
		"observer/report 6h30m0s Second Two.", "bulletin/late 6h40m0s Own words above Two.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("tellings:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !script[0].tellings[3].relay || script[0].tellings[1].relay {
		t.Error("only > makes a relay")
	}
}

func TestVariableTakesEveryValueBeforeOneComesAgain(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"n: 12..48", "n: 1.2..4.8", "n: 7..7", "name: A | B | C | D", "name: A; ar أ | B; ar ب"} {
		v, err := parseVariable(line)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(20) {
			seen := make(map[string]bool)
			for day := 1; day <= v.count; day++ {
				seen[v.value(seed, "ferry", day, "ar")] = true
			}
			if len(seen) != v.count {
				t.Errorf("%s: seed %d: %d values in %d days", line, seed, len(seen), v.count)
			}
		}
	}
}

func TestVariableSpeaksTheLanguage(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, language, want string }{
		{"name: Osterby; ar أوستربي", "en", "Osterby"},
		{"name: Osterby; ar أوستربي", "ar", "أوستربي"},
		{"name: Osterby; ar أوستربي", "fr", "Osterby"},
		{"name: Gull; fr Mouette", "fr", "Mouette"},
		{"n: 4.5..4.5", "en", "4.5"},
		{"n: 4.5..4.5", "ar", "4.5"},
		{"n: 4.5..4.5", "ru", "4,5"},
		{"n: 0.5..0.5", "fr", "0,5"},
		{"n: 17..17", "ru", "17"},
	}
	for _, tt := range tests {
		v, err := parseVariable(tt.line)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.value(1, "x", 1, tt.language); got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.line, tt.language, got, tt.want)
		}
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add("# a: sea\nship: Gull; ar نورس | Tern\nn: 1..9\n@ 06:00 norvia\n{ship} {n}\nText\n@ 06:10 tidewater = norvia\n")
	f.Add("# a\n@ 06:00 norvia x > y/z\n")
	f.Add("n: 0..0")
	f.Fuzz(func(t *testing.T, text string) {
		script, err := readScript(fstest.MapFS{"script/a.txt": {Data: []byte(text)}}, cast())
		if err != nil {
			return
		}
		w := still(t, Options{})
		w.script = script
		for i := range w.wires {
			if _, err := w.document(&w.wires[i], w.clock.start.Add(10*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
