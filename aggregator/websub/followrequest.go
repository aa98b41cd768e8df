package websub

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// Limits of a subscription request.
const (
	// maxRequestBytes has room for two of the longest URLs and a secret, each
	// byte of them percent-encoded.
	maxRequestBytes = 16 << 10
	maxURLBytes     = 2048
	maxSecretBytes  = 199 // "less than 200 bytes in length" (section 5.1)
)

// followRequest is what a subscriber asks of our hub (section 5.1).
type followRequest struct {
	mode     string // modeSubscribe or modeUnsubscribe
	topic    string
	callback string
	secret   aggregator.Secret
	lease    time.Duration // 0: not given
}

// denial is why a request is refused: a status and a sentence.
type denial struct {
	status int
	words  string
}

func (d denial) Error() string { return d.words }

// readFollowRequest reads the form of a request. The error is a denial.
func readFollowRequest(w http.ResponseWriter, r *http.Request) (followRequest, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return followRequest{}, denial{http.StatusUnsupportedMediaType, "send a form: application/x-www-form-urlencoded"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return followRequest{}, denial{http.StatusRequestEntityTooLarge, "the request is too large"}
	}
	if err != nil {
		return followRequest{}, denial{http.StatusBadRequest, "the request did not come whole"}
	}
	return parseFollowRequest(string(body))
}

// parseFollowRequest reads a form. What it does not know it passes over, as it
// must; of a parameter that stands twice the first counts. The error is a
// denial.
func parseFollowRequest(form string) (followRequest, error) {
	bad := func(words string) (followRequest, error) {
		return followRequest{}, denial{http.StatusBadRequest, words}
	}
	values, err := url.ParseQuery(form)
	if err != nil {
		return bad("the form cannot be read")
	}
	f := followRequest{
		mode: values.Get("hub.mode"), topic: values.Get("hub.topic"),
		callback: values.Get("hub.callback"), secret: aggregator.Secret(values.Get("hub.secret")),
	}
	switch {
	case f.mode == "publish":
		return bad("this hub distributes the feeds of this site, which need not be announced to it")
	case f.mode != modeSubscribe && f.mode != modeUnsubscribe:
		return bad("hub.mode must be subscribe or unsubscribe")
	case f.topic == "":
		return bad("hub.topic is missing")
	case !isCallback(f.callback):
		return bad("hub.callback must be an absolute http or https URL of at most 2048 bytes, without user, password and fragment")
	case len(f.secret) > maxSecretBytes:
		return bad("hub.secret must have less than 200 bytes")
	}
	if f.lease, err = wantedLease(values.Get("hub.lease_seconds")); err != nil {
		return bad("hub.lease_seconds must be a number of seconds")
	}
	return f, nil
}

// isCallback reports whether a push may be sent there: what the guard of
// addresses says is seen when it is tried.
func isCallback(text string) bool {
	if len(text) > maxURLBytes || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		u.Opaque == "" && !strings.Contains(text, "#")
}

// wantedLease reads hub.lease_seconds; 0: the hub chooses. Old subscribers say
// so with 0.
func wantedLease(seconds string) (time.Duration, error) {
	if seconds = strings.TrimSpace(seconds); seconds == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(seconds, 10, 63)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, err
	}
	return time.Duration(min(n, uint64(maxLease/time.Second))) * time.Second, nil
}

// withQuery returns a callback with parameters behind those it has (section
// 5.3: they are kept as they are).
func withQuery(callback string, values url.Values) string {
	switch {
	case !strings.Contains(callback, "?"):
		return callback + "?" + values.Encode()
	case strings.HasSuffix(callback, "?"), strings.HasSuffix(callback, "&"):
		return callback + values.Encode()
	}
	return callback + "&" + values.Encode()
}
