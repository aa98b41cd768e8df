package dedupe

import "os"

func trial(name string) bool { return os.Getenv("T_"+name) != "" }

var (
	tTrunc  = trial("TRUNC")
	tSnowAr = trial("SNOWAR")
	tUnsure = trial("UNSURE")
	tCased  = trial("CASED")
	tBig    = trial("BIG")
	tSlug   = trial("SLUG")
	tPrefix = trial("PREFIX")
	tGram   = trial("GRAM")
	tSyn    = trial("SYN")
)
