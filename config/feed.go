package config

import (
	"cmp"
	"time"

	"wiredesk/aggregator"
)

const (
	defaultFeedLimit = 100
	maxTitleBytes    = 200
	maxNameBytes     = 100 // of ids, slugs and tags
)

func (l *loader) feeds(v value) { v.list(l.feed) }

func (l *loader) feed(v value) {
	f := aggregator.Feed{Limit: defaultFeedLimit}
	given := v.mapping(fields{
		"slug":        name(&f.Slug, "-"),
		"title":       text(&f.Title, maxTitleBytes),
		"description": text(&f.Description, maxTextBytes),
		"where":       expression(&f.Where, Where),
		"limit":       number(&f.Limit, 1, 1000),
		"max_age":     duration(&f.MaxAge, time.Minute, 3650*day),
		"order":       order(&f.Order),
		"auth":        feedAccess(&f.Access),
	})
	slug, ok := given["slug"]
	if !ok {
		v.missing("slug", "must have one, such as slug: energy")
		return
	}
	if f.Slug == "" {
		return
	}
	if first, taken := l.slugs[f.Slug]; taken {
		slug.problem("is the slug of %s too, must be its own", first.place(slug))
		return
	}
	l.slugs[f.Slug] = slug
	f.Title = cmp.Or(f.Title, f.Slug)
	l.config.Feeds = append(l.config.Feeds, f)

	if age, ok := given["max_age"]; ok {
		l.afterwards(func() {
			if keep := l.config.Storage.Keep; f.MaxAge > keep {
				age.problem("is %s, must be at most storage.keep (%s)", formatDuration(f.MaxAge), formatDuration(keep))
			}
		})
	}
}

func order(into *aggregator.Order) field {
	return func(v value) {
		s, ok := v.text("time or prominence")
		if !ok {
			return
		}
		switch o := aggregator.Order(s); o {
		case aggregator.OrderTime, aggregator.OrderProminence:
			*into = o
		default:
			v.problem("unknown value, must be time or prominence")
		}
	}
}
