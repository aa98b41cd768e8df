package websub

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The modes of hub.mode.
const (
	modeSubscribe   = "subscribe"
	modeUnsubscribe = "unsubscribe"
	modeDenied      = "denied"
)

// maxReason bounds, in bytes, what is kept of a hub's reason.
const maxReason = 200

// intent is what a hub asks a callback with GET: whether something was meant
// (section 5.3), or that it is denied (section 5.2).
type intent struct {
	mode      string
	topic     string
	challenge string        // empty with denied
	lease     time.Duration // 0: not given
	reason    string        // printable, one line
}

// parseIntent reads the query of a callback. Of a parameter that stands twice
// the first counts.
func parseIntent(query string) (intent, bool) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return intent{}, false
	}
	in := intent{mode: values.Get("hub.mode"), topic: values.Get("hub.topic"), challenge: values.Get("hub.challenge")}
	switch in.mode {
	case modeSubscribe:
		in.lease = parseLease(values.Get("hub.lease_seconds"))
	case modeUnsubscribe:
	case modeDenied:
		in.challenge, in.reason = "", oneLine(values.Get("hub.reason"))
		return in, in.topic != ""
	default:
		return intent{}, false
	}
	return in, in.topic != "" && in.challenge != ""
}

// parseLease reads hub.lease_seconds, from minLease to maxLease; 0: it is no
// lease.
func parseLease(seconds string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(seconds), 10, 63)
	if err != nil || n == 0 {
		return 0
	}
	return max(time.Duration(min(n, uint64(maxLease/time.Second)))*time.Second, minLease)
}

// oneLine makes foreign text fit for a message.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return s
}
