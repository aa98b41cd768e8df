package publish

import (
	"cmp"
	"html"
	"strings"
)

// texts returns the item's summary and its whole text as HTML, the list of its
// other carriers under the latter. The summary is empty where it would say the
// same as the text.
func (it *item) texts(content string) (summary, whole string) {
	short := paragraph(it.summary)
	if strings.TrimSpace(content) == "" {
		content, short = cmp.Or(short, paragraph(it.Title)), ""
	}
	return it.directed(short), it.directed(content) + it.change.html() + it.takenBack() + it.alsoCarried()
}

// directed wraps HTML in an element with its direction where the default of
// HTML would be wrong; few readers take it from the item's language.
func (it *item) directed(text string) string {
	if text == "" || !rightToLeft(it.language) {
		return text
	}
	return `<div dir="rtl" lang="` + it.language + `">` + text + `</div>`
}

// alsoCarried returns the list of the sources beside the lead's, "" if there
// are none. Each name is isolated, so that scripts of either direction stand
// side by side.
func (it *item) alsoCarried() string {
	if len(it.carriages) < 2 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<p>Also carried by:</p><ul>")
	for _, c := range it.others() {
		name := "<bdi>" + html.EscapeString(c.Title) + "</bdi>"
		if c.link != "" {
			name = `<a href="` + html.EscapeString(c.link) + `">` + name + `</a>`
		}
		b.WriteString("<li>" + name + "</li>")
	}
	b.WriteString("</ul>")
	return b.String()
}

// takenBack names the sources that withdrew what they told, "" if none did.
func (it *item) takenBack() string {
	if len(it.retracted) == 0 {
		return ""
	}
	names := make([]string, len(it.retracted))
	for i, title := range it.retracted {
		names[i] = "<bdi>" + html.EscapeString(title) + "</bdi>"
	}
	return "<p>Withdrawn by: " + strings.Join(names, ", ") + "</p>"
}

// others returns the carriages beside the lead's.
func (it *item) others() []carriage {
	rest := make([]carriage, 0, len(it.carriages))
	for _, c := range it.carriages {
		if c.ID != it.lead.ID {
			rest = append(rest, c)
		}
	}
	return rest
}
