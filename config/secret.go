package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"wiredesk/aggregator"
)

const maxSecretBytes = 64 << 10

// secretFile reads a secret from the file that v names. A problem says where
// it was looked for but not the name, which may be a secret put in the wrong
// place.
func secretFile(into *aggregator.Secret) field {
	return func(v value) {
		path, ok := v.text("the path of a file")
		if !ok {
			return
		}
		folder := v.opts.Getenv("CREDENTIALS_DIRECTORY")
		if folder == "" {
			folder = filepath.Dir(v.config.Path)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(folder, path)
		}
		content, err := v.read(path, maxSecretBytes)
		if err != nil {
			if whole, err := filepath.Abs(folder); err == nil {
				folder = whole
			}
			v.problem("the file cannot be read: %s, must be a readable file (a relative path begins in %s)", reason(err), folder)
			return
		}
		line := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
		v.keep(into, line)
	}
}

// secretEnv reads a secret from the environment variable that v names.
func secretEnv(into *aggregator.Secret) field {
	return func(v value) {
		name, ok := v.text("the name of an environment variable")
		if !ok {
			return
		}
		content := v.opts.Getenv(name)
		if content == "" {
			v.problem("the environment variable is not set or empty, must hold the secret")
			return
		}
		v.keep(into, content)
	}
}

// keep takes over a secret that was read from outside.
func (v value) keep(into *aggregator.Secret, secret string) {
	switch {
	case secret == "":
		v.problem("the file is empty, must hold the secret")
	case strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == 0x7f }):
		v.problem("the secret holds a control character or a second line, must be a single line")
	default:
		*into = aggregator.Secret(secret)
	}
}

// reason is an error of the file system without the path.
func reason(err error) string {
	if large, ok := errors.AsType[sizeError](err); ok {
		return large.Error()
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return "it fails to be read"
}

// secretOrText reads a plain text, {file: path} or {env: NAME}.
func secretOrText(into *aggregator.Secret, want string) field {
	return func(v value) {
		v.quiet = true
		if !v.isMapping() {
			s, ok := v.text(want + ", {file: path} or {env: NAME}")
			if ok {
				*into = aggregator.Secret(s)
			}
			return
		}
		given := v.mapping(fields{"file": secretFile(into), "env": secretEnv(into)})
		_, file := given["file"]
		_, env := given["env"]
		if file == env {
			v.problem("must have either file or env")
		}
	}
}

// basicAuth reads a user and the place of the password (RFC 7617, section 2).
func basicAuth(into *aggregator.BasicAuth) field {
	return func(v value) {
		v.quiet = true
		given := v.mappingBut(fields{
			"user":          text(&into.User, maxTextBytes),
			"password_file": secretFile(&into.Password),
			"password_env":  secretEnv(&into.Password),
		}, refusals{
			"password": "a password must not stand here, put it into a file for password_file or a variable for password_env",
		})
		v.userAndPassword(given, into.User)
	}
}

// userAndPassword sees that what was given of a mapping names both, and the
// latter in one way.
func (v value) userAndPassword(given map[string]value, name string) {
	user, ok := given["user"]
	if ok && strings.Contains(name, ":") {
		user.problem("holds a colon, which a user name must not")
	}
	_, inline := given["password"]
	_, file := given["password_file"]
	_, env := given["password_env"]
	switch {
	case !v.isMapping() && !v.isNull(): // noted already
	case !ok:
		v.problem("has no user, must have user and password_file or password_env")
	case file && env:
		v.problem("has both password_file and password_env, must have one of them")
	case !file && !env && !inline:
		v.problem("has no password, must have password_file or password_env")
	}
}
