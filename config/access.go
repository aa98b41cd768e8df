package config

import "wiredesk/aggregator"

// feedAccess reads who may read a feed: a user and password as basicAuth does,
// or a token.
func feedAccess(into *aggregator.FeedAccess) field {
	return func(v value) {
		v.quiet = true
		given := v.mappingBut(fields{
			"user":          text(&into.Basic.User, maxTextBytes),
			"password_file": secretFile(&into.Basic.Password),
			"password_env":  secretEnv(&into.Basic.Password),
			"token_file":    secretFile(&into.Token),
			"token_env":     secretEnv(&into.Token),
		}, refusals{
			"password": "a password must not stand here, put it into a file for password_file or a variable for password_env",
			"token":    "a token must not stand here, put it into a file for token_file or a variable for token_env",
		})
		_, file := given["token_file"]
		_, env := given["token_env"]
		_, inline := given["token"]
		if !file && !env && !inline {
			v.userAndPassword(given, into.Basic.User)
			return
		}
		if file && env {
			v.problem("has both token_file and token_env, must have one of them")
		}
		for _, key := range []string{"user", "password", "password_file", "password_env"} {
			if other, beside := given[key]; beside {
				other.problem("stands beside a token, must be one or the other")
				return
			}
		}
	}
}
