package parse

import (
	"html"
	"net/url"
	"strings"
	"testing"
)

// rendered as an entry's content would be.
func renderAlone(r *renderer, src, base string) rendered {
	b, _ := url.Parse(base)
	all := []rendered{r.render(src, b, true)}
	r.settle(all)
	return all[0]
}

func TestRender(t *testing.T) {
	t.Parallel()
	r := &renderer{judge: newJudge()}
	for _, tt := range []struct{ in, text, html string }{
		{"", "", ""},
		{"a  b\nc", "a b c", "a  b\nc"},
		{"<p>a<p>b", "a\nb", "<p>a</p><p>b</p>"},
		{"<p>a<ul><li>b</ul>c</p>", "a\nb\nc", "<p>a</p><ul><li>b</li></ul>c"},
		{"<p>a <b>b<i>c<table><tr><td>d</p>e", "a bc\nd\ne", "<p>a <b>b<i>c</i></b></p><table><tr><td>de</td></tr></table>"},
		{"<p>a<blockquote><p>b</blockquote>", "a\nb", "<p>a</p><blockquote><p>b</p></blockquote>"},
		{"a<br>b<br/>c", "a\nb\nc", "a<br>b<br>c"},
		{"<ul><li>a<li>b</ul>c", "a\nb\nc", "<ul><li>a</li><li>b</li></ul>c"},
		{"<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"},
		{"a<b>b</b>c", "abc", "a<b>b</b>c"},
		{"<b>a<i>b</b>c", "abc", "<b>a<i>b</i></b>c"},
		{"a</div></p>b", "a\nb", "ab"},
		{"<a href='/x' onclick='y()' style='z' target=_blank id=q>a</a>", "a", `<a href="https://wire.example/x" rel="nofollow">a</a>`},
		{"<a href='javascript:alert(1)'>a</a>", "a", "a"},
		{"<a href=' JaVa\tScript:alert(1)'>a</a>", "a", "a"},
		{"<a href='data:text/html,x'>a</a><a href='vbscript:x'>b</a><a name=c>c</a>", "abc", "abc"},
		{"<a href='mailto:a@b.example'>a</a>", "a", "a"},
		{"<a href='//a.example/?b=c&d'>a</a>", "a", `<a href="https://a.example/?b=c&amp;d" rel="nofollow">a</a>`},
		{"<img src=a.png alt=\"it's: a b\" width=20 height=30>", "", `<img src="https://wire.example/dir/a.png" alt="it&#39;s: a b" width="20" height="30">`},
		{"<img src=a.png width=1 height=1><img src=b.png height='1px'><img width=20>", "", ""},
		{"<img src='data:image/gif;base64,AA' data-src='/late.png'>", "", `<img src="https://wire.example/late.png">`},
		{"<img src=x onerror=alert(1)>", "", `<img src="https://wire.example/dir/x">`},
		{"a<script>b<p></script>c<style>d</style>e", "a c e", "ace"},
		{"a<iframe src=x>b</iframe>c<object>d<object>e</object>f</object>g", "a c g", "acg"},
		{"a<form action=x>b<input value=c><button>d</button></form>", "a\nb d", "abd"},
		{"<svg><a href=x><script>y</script></a></svg>z", "z", "z"},
		{"<noscript><img src=x></noscript>a<textarea><b></textarea>b<title>c</title>", "a b", "ab"},
		{"a<!-- b -->c<!doctype d>e<?f?>g", "aceg", "aceg"},
		{"a &amp; b &lt;c&gt; &nbsp;d &hellip;", "a & b <c> d …", "a &amp; b &lt;c&gt; \u00a0d …"},
		{"a\u202eb&#8238;c\u0007", "abc", "abc"},
		{"<blockquote cite='/c'>a</blockquote><q cite='javascript:b'>c</q>", "a\nc", `<blockquote cite="https://wire.example/c">a</blockquote><q>c</q>`},
		{"<figure><img src=/a><figcaption>b</figcaption></figure>", "b", `<figure><img src="https://wire.example/a"><figcaption>b</figcaption></figure>`},
		{"<span class=a>b</span><font color=red>c</font><center>d</center>", "bc\nd", "<span>b</span>cd"},
		{"<p dir=rtl lang=ar>a</p>", "a", `<p dir="rtl" lang="ar">a</p>`},
		{"<x-y>a</x-y><o:p>b</o:p>", "ab", "ab"},
		{"<plaintext>a", "", ""},
		{"a<", "a<", "a&lt;"},
		{"<a href='/x", "", ""},
	} {
		got := renderAlone(r, tt.in, feedURL)
		if got.text != tt.text || got.html != tt.html {
			t.Errorf("%q:\ntext %q, want %q\nhtml %q, want %q", tt.in, got.text, tt.text, got.html, tt.html)
		}
		if again := r.judge.policy.Sanitize(got.html); again != got.html {
			t.Errorf("%q: the policy makes %q of %q", tt.in, again, got.html)
		}
	}
	deep := renderAlone(r, strings.Repeat("<div>", 1000)+"a"+strings.Repeat("</div>", 1000), feedURL)
	if deep.text != "a" || strings.Count(deep.html, "<div>") != maxNesting || strings.Count(deep.html, "</div>") != maxNesting {
		t.Errorf("deep HTML is rendered as %q", deep.html)
	}
}

// Where the policy refuses a tag that was believed to be good, its end is left
// out, too.
func TestRenderPonders(t *testing.T) {
	t.Parallel()
	r := &renderer{judge: newJudge()}
	r.judge.known["font"] = true
	all := []rendered{
		r.render(`<a href="/a">a</a>`, nil, true),
		r.render(`<p dir="ltr">b <font color="red">c</font></p>`, nil, true),
		r.render(`<p dir="rtl">d</p>`, nil, true),
	}
	r.settle(all)
	for i, want := range []string{"a", `<p dir="ltr">b c</p>`, `<p dir="rtl">d</p>`} {
		if all[i].html != want {
			t.Errorf("%d: %q, want %q", i, all[i].html, want)
		}
	}
}

// The policy is not asked of plain links. It would say the same.
func FuzzLink(f *testing.F) {
	for _, seed := range []string{
		"https://wire.example/", "http://wire.example/a?b=c&d=%C3%A9", "https://wire.example", "https://a.example/b#c", "https://a.example/#",
		"https://a.example/b#c#d", "https://a.example/'x'(y)*!;@:,$+=[z]~_", "https://a.example//b/../c", "https://a.example/?", "http://a.example/%2f%2F??",
		"javascript:alert(1)", "https://a:b@c.example/", "https://a.example:80/", "https://./", "https:///a", "https://a.example/é",
	} {
		f.Add(seed)
	}
	judge := newJudge()
	f.Fuzz(func(t *testing.T, address string) {
		got, known := judge.link(nil, address)
		if !known {
			return
		}
		if want := judge.policy.Sanitize(`<a href="` + html.EscapeString(address) + `">`); string(got) != want {
			t.Errorf("%q becomes %s, and by the policy %s", address, got, want)
		}
	})
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"<p>a<a href='x\ny' title=\"z\">b</p></a>", "<img src='a' width=1><table><tr><td><p>x</table>", "<script><b></script><textarea><svg><a>",
		"<a href='http://a.example/?b=c&d;e'><img src=//b.example/ alt='<>'>", "<blockquote cite=x><del cite=y datetime=2026><ins>",
		"<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">", "<svg><style><img src=x onerror=alert(1)></style>",
		"<a href=\"jav&#x0A;ascript:alert(1)\">x</a>", "<iframe/src=x></iframe><noscript><p title=\"</noscript><img src=x onerror=y>\">",
	} {
		f.Add(seed)
	}
	r := &renderer{judge: newJudge()}
	f.Fuzz(func(t *testing.T, src string) {
		got := renderAlone(r, src, feedURL)
		if again := r.judge.policy.Sanitize(got.html); strings.TrimSpace(again) != got.html {
			t.Errorf("the policy makes %q of %q", again, got.html)
		}
		if lower := strings.ToLower(got.html); strings.Contains(lower, "<script") || strings.Contains(lower, "<iframe") || strings.Contains(lower, "<style") {
			t.Errorf("unsafe: %q", got.html)
		}
	})
}
