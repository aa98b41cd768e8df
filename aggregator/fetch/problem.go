package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"unicode"

	"code.dny.dev/ssrf"

	"wiredesk/aggregator"
)

// What a poll is called off for, beside its caller's own reasons.
var (
	errTimeout = errors.New("poll timeout")
	errSlow    = errors.New("body too slow")
)

var errProxyURL = errors.New("no proxy URL")

// failFor ends the poll with the problem that err is. Whatever the connection
// made of it, a poll that was called off failed for that reason.
func (p *poll) failFor(ctx context.Context, err error, at *url.URL) {
	if ctx.Err() != nil {
		p.fail(p.calledOff(context.Cause(ctx)))
		return
	}
	p.fail(p.problem(err, at))
}

func (p *poll) calledOff(cause error) (aggregator.ProblemKind, string) {
	limits := p.client.opts
	switch {
	case errors.Is(cause, errTimeout):
		return aggregator.ProblemTimeout, fmt.Sprintf("not done within %v: the time ran out while %v; if this server is always so slow, raise poll.timeout", limits.Timeout, &p.phase)
	case errors.Is(cause, errSlow):
		return aggregator.ProblemSlow, fmt.Sprintf("the body came slower than %d bytes a second and was not waited for", limits.MinRateBytes)
	case errors.Is(cause, context.DeadlineExceeded):
		return aggregator.ProblemTimeout, fmt.Sprintf("not done in time: the time ran out while %v", &p.phase)
	default:
		return aggregator.ProblemCancelled, "the poll was called off before it was done"
	}
}

// problem sorts an error of the guard, the transport or the body.
func (p *poll) problem(err error, at *url.URL) (aggregator.ProblemKind, string) {
	limits := p.client.opts
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		return aggregator.ProblemRefused, brief(at.Host) + " is a private or otherwise special address" + dialled(err, at) + ": if it is meant, set allow_private: true for this source"
	case errors.Is(err, errTooLarge):
		return aggregator.ProblemTooLarge, fmt.Sprintf("the body is larger than %d bytes: if this feed is meant to be so large, raise poll.max_body", limits.MaxBodyBytes)
	case isHeaderTooLarge(err):
		return aggregator.ProblemTooLarge, fmt.Sprintf("the header of the answer is larger than %d bytes", limits.MaxHeaderBytes)
	case errors.Is(err, errProxyURL):
		return aggregator.ProblemConnect, "the source's proxy is not an http, https or socks5 URL: correct it in the configuration"
	}
	if coding, ok := errors.AsType[*codingError](err); ok {
		return codingProblem(coding)
	}
	if status, ok := errors.AsType[proxyStatusError](err); ok {
		return aggregator.ProblemConnect, "no connection: " + status.Error()
	}
	if p.phase.at(atBody) {
		return bodyProblem(err)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && !isProxy(err) {
		return addressProblem(dns)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || isProxy(err)) {
		return connectProblem(err, at)
	}
	if p.phase.at(atHandshake) || isTLS(err) {
		return tlsProblem(err, at)
	}
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return aggregator.ProblemReset, "the server closed the connection without an answer"
	}
	return aggregator.ProblemReset, "the connection broke off before an answer that can be understood: " + brief(err.Error())
}

func codingProblem(err *codingError) (aggregator.ProblemKind, string) {
	if err.cause == nil {
		return aggregator.ProblemEncoding, fmt.Sprintf("the body is compressed in a way that was not asked for (%s)", brief(err.coding))
	}
	return aggregator.ProblemEncoding, fmt.Sprintf("the body is said to be %s but does not decompress: %s", err.coding, brief(err.cause.Error()))
}

func bodyProblem(err error) (aggregator.ProblemKind, string) {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return aggregator.ProblemTruncated, "the body was cut short: the server sent less than it announced"
	}
	if errors.Is(err, syscall.ECONNRESET) {
		return aggregator.ProblemReset, "the server broke the connection off in the middle of the body"
	}
	return aggregator.ProblemReset, "the connection broke off in the middle of the body: " + brief(err.Error())
}

func addressProblem(err *net.DNSError) (aggregator.ProblemKind, string) {
	if err.IsNotFound {
		return aggregator.ProblemAddress, fmt.Sprintf("the name %s does not resolve: check the URL, or this machine's DNS and network", brief(err.Name))
	}
	return aggregator.ProblemAddress, fmt.Sprintf("the name %s could not be resolved, the name server gave no answer: check this machine's DNS", brief(err.Name))
}

func connectProblem(err error, at *url.URL) (aggregator.ProblemKind, string) {
	whom := brief(at.Host)
	if isProxy(err) {
		whom = "the source's proxy"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return aggregator.ProblemConnect, "nothing listens at " + whom + " (connection refused)"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return aggregator.ProblemConnect, "there is no way to " + whom + ": check this machine's network"
	case isTimeout(err):
		return aggregator.ProblemTimeout, "no connection to " + whom + ": the time ran out while connecting"
	default:
		return aggregator.ProblemConnect, "no connection to " + whom + ": " + brief(err.Error())
	}
}

func tlsProblem(err error, at *url.URL) (aggregator.ProblemKind, string) {
	host := brief(at.Host)
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok && string(record.RecordHeader[:]) == "HTTP/" {
		return aggregator.ProblemTLS, host + " speaks plain HTTP where https was asked for: use an http URL"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return aggregator.ProblemTLS, "the certificate of " + host + " is for another name: check the URL"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return aggregator.ProblemTLS, "the certificate of " + host + " is signed by nobody this machine trusts: if that is meant, install its authority's certificate"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return aggregator.ProblemTLS, "the certificate of " + host + " has expired or is not valid yet: check this machine's clock, or tell the publisher"
	}
	switch {
	case isTimeout(err):
		return aggregator.ProblemTimeout, "no secure connection to " + host + ": the time ran out while negotiating TLS"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return aggregator.ProblemTLS, host + " broke off while TLS was negotiated"
	default:
		return aggregator.ProblemTLS, "no secure connection to " + host + ": " + brief(err.Error())
	}
}

func isTLS(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	return certificate || record || alert
}

// isProxy reports whether the way to the proxy or what it did is at fault.
func isProxy(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks "))
}

func isTimeout(err error) bool {
	slow, ok := errors.AsType[net.Error](err)
	return ok && slow.Timeout()
}

// isHeaderTooLarge knows the errors of net/http, which have no type, by their
// words: one of HTTP/1, one of HTTP/2.
func isHeaderTooLarge(err error) bool {
	return strings.Contains(err.Error(), "response headers exceeded") ||
		strings.Contains(err.Error(), "response header list larger")
}

// dialled returns the address a guard's error is about, where it is not the
// one the URL names anyway.
func dialled(err error, at *url.URL) string {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Addr == nil {
		return ""
	}
	host, _, err := net.SplitHostPort(op.Addr.String())
	if err != nil || host != at.Hostname() {
		return " (" + op.Addr.String() + ")"
	}
	return ""
}

// brief makes foreign text fit for a message: one line, at most 200 bytes.
func brief(s string) string {
	const most = 200
	if len(s) > most {
		s = aggregator.Cut(s, most) + "…"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
