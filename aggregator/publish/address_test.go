package publish

import "testing"

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "https://a.example/x?y=1&z=%20#f", "https://a.example/x?y=1&z=%20#f"},
		{"scheme and host in lower case", "HTTP://A.Example/X", "http://a.example/X"},
		{"no path", "https://a.example", "https://a.example/"},
		{"query without path", "https://a.example?q", "https://a.example/?q"},
		{"port", "http://a.example:8080/", "http://a.example:8080/"},
		{"IPv6", "http://[::1]:80/", "http://[::1]:80/"},
		{"user", "https://Me:x@A.example/", "https://Me:x@a.example/"},
		{"white space around", " https://a.example/\n", "https://a.example/"},
		{"letters of other scripts", "https://a.example/мост?q=桥", "https://a.example/%D0%BC%D0%BE%D1%81%D1%82?q=%E6%A1%A5"},
		{"what may not stand in a URL", "https://a.example/ \"<>\\^`{|}[]", "https://a.example/%20%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D"},
		{"a lone percent sign", "https://a.example/100%/%zz%41", "https://a.example/100%25/%25zz%41"},
		{"a second fragment", "https://a.example/#a#b", "https://a.example/#a%23b"},
		{"control characters", "https://a.example/\x00\n", "https://a.example/%00"},
		{"script", "javascript:alert(1)", ""},
		{"script that looks like a URL", "javascript://a.example/%0aalert(1)", ""},
		{"data", "data:text/html,x", ""},
		{"relative", "/x", ""},
		{"no scheme", "//a.example/x", ""},
		{"no host", "https:///x", ""},
		{"only a port", "https://:80/x", ""},
		{"a port that is none", "https://a.example:x/", ""},
		{"space in the host", "https://a b/", ""},
		{"markup in the host", "https://<b>/", ""},
		{"two users", "https://a@b@c/", ""},
		{"empty", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := address(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := address(address(tt.in)); got != tt.want {
				t.Errorf("twice: got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMimeType(t *testing.T) {
	t.Parallel()
	const unknown = "application/octet-stream"
	for in, want := range map[string]string{
		"audio/mpeg": "audio/mpeg", "Audio/MPEG; q=\"": "audio/mpeg", " image/svg+xml ": "image/svg+xml",
		"": unknown, "audio": unknown, "a/b/c": unknown, "/": unknown, "a /b": unknown, "аудио/mpeg": unknown,
	} {
		if got := mimeType(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
