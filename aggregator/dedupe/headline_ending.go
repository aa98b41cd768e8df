package dedupe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ending says whether a phrase ends a summary, and how.
type ending uint8

const (
	noEnding    ending = iota
	wholeEnding        // it is the end: "Read more"
	openEnding         // the end starts with it: "© 2020 …"
)

// closingWords end a summary that goes on elsewhere.
var closingWords = []string{
	"read more, read more here, read full story, read full article, read the full story, read the full article, read the rest, continue reading, keep reading, full story, learn more, see more, find out more, more, click here, more details, click to read more, story continues, watch the video, subscribe now",
	"المزيد, اقرا المزيد, لقراءة المزيد, قراءة المزيد, للمزيد, اقرا ايضا, تابع القراءة, التفاصيل, ادامه مطلب, ادامه, بیشتر بخوانید, مزید پڑھیں",
	"читать далее, читать дальше, читать полностью, подробнее, далее, читати далі, детальніше, lire la suite, lire plus, en savoir plus, weiterlesen, mehr lesen, mehr erfahren, zum artikel, jetzt lesen, leer más, seguir leyendo, continuar leyendo, leia mais, continue lendo, ler mais, saiba mais, leggi tutto, continua a leggere, leggi di più, devamını oku, devamı, haberin devamı, lees meer, lees verder, läs mer, les mer, læs mere, czytaj więcej, czytaj dalej, číst dál, citește mai mult, διαβάστε περισσότερα, קרא עוד, קראו עוד, לכתבה המלאה",
	"और पढ़ें, आगे पढ़ें, আরও পড়ুন, বিস্তারিত, 阅读全文, 查看全文, 阅读更多, 查看更多, 全文, 點此看全文, 続きを読む, 全文を読む, 더보기, 자세히 보기, 기사 더보기, baca selengkapnya, selengkapnya, baca juga, xem thêm, อ่านต่อ",
}

// closingStarts start a notice that goes on to the end of a summary.
var closingStarts = []string{
	"©, (c) 20, copyright ©, copyright 20, copyright (c), all rights reserved, this material may not be published, (reporting by, reporting by, (editing by, (additional reporting by, follow us on, sign up for our, subscribe to our newsletter, click here to, click here for, read more at, read more on, read more:, originally published on, this article was originally published, this story has been published from a wire agency feed",
	"جميع الحقوق محفوظة, حقوق النشر, все права защищены, читайте также:, усі права захищені, tous droits réservés, alle rechte vorbehalten, todos los derechos reservados, todos os direitos reservados, tutti i diritti riservati, riproduzione riservata, © riproduzione riservata, her hakkı saklıdır, wszelkie prawa zastrzeżone, 版权所有, 版權所有, 未经授权, 無断転載, 責任編輯, 责任编辑, （责任编辑, 무단전재, 무단 전재, <저작권자, 저작권자",
}

// cutEnding takes one thing off the end of s that is no part of the report.
func cutEnding(s string) (rest, credit string, ok bool) {
	if inner, n := bracketedEnd(s); n > 0 {
		if strings.Trim(inner, ".… +") == "" {
			return trimBlankEnd(s[:len(s)-n]), "", true
		}
		if m, ok := phrases.find(inner); ok && m.end == len(inner) && m.credit != "" && m.as(inner).named() {
			return trimBlankEnd(s[:len(s)-n]), m.credit, true
		}
	}
	if rest, ok := cutPostNotice(s); ok {
		return rest, "", true
	}
	if start := endingStart(s); start >= 0 {
		rest := strings.TrimRightFunc(s[:start], func(r rune) bool { return isBlank(r) || strings.ContainsRune("-–—|»›>→[(【•", r) })
		return rest, "", true
	}
	return cutSource(s)
}

// cutPostNotice takes WordPress's "The post X appeared first on Y." off.
func cutPostNotice(s string) (string, bool) {
	bound := max(0, len(s)-maxEndingBytes)
	end := strings.Index(s[bound:], " appeared first on ")
	if end < 0 {
		return s, false
	}
	start := strings.LastIndex(s[bound:bound+end], "The post ")
	if start < 0 {
		return s, false
	}
	return trimBlankEnd(s[:bound+start]), true
}

// endingStart returns where the words of the tables that end s start; -1:
// there are none.
func endingStart(s string) int {
	bound := len(s) - min(len(s), maxEndingBytes/2)
	for bound < len(s) && !utf8.RuneStart(s[bound]) {
		bound++
	}
	opened := bound == 0 // only blanks since a sentence ended
	after := true        // a blank or nothing stands before
	for i, r := range s[bound:] {
		if 'a' <= r && r <= 'z' && !opened { // most are, and start nothing
			after = false
			continue
		}
		if isBlank(r) {
			after, opened = true, opened || r == '\n'
			continue
		}
		if opened || after && unicode.IsUpper(r) {
			m, ok := phrases.find(s[bound+i:])
			if ok && (m.ends == openEnding && opened || m.ends == wholeEnding && isDecoration(s[bound+i+m.end:])) {
				return bound + i
			}
		}
		after, opened = false, endsSentence(r)
	}
	return -1
}

// endsSentence reports whether what follows r may be no part of the report.
func endsSentence(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '。', '！', '？', '।', '|', '»', '›', '>', '→', '[', '(', '（', ']', ')':
		return true
	}
	return false
}

// isDecoration reports whether s says nothing.
func isDecoration(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !isBlank(r) && !unicode.IsPunct(r) && !unicode.IsSymbol(r)
	}) < 0
}

// sourceWords come before an agency that an Arabic text ends with naming.
var sourceWords = []string{
	"بحسب", "حسب", "وفق", "نقلا عن", "نقلاً عن", "المصدر:", "المصدر :", "وفقا لوكالة", "وفقاً لوكالة",
	"بحسب وكالة", "حسب وكالة", "وفق وكالة", "نقلا عن وكالة", "حسب ما أوردت", "وفق ما أوردت", "بحسب ما أوردت",
	"حسب ما ذكرت", "وفق ما ذكرت", "بحسب ما ذكرت", "حسبما ذكرت", "حسبما أوردت", "وفق ما أفادت", "حسب ما أفادت",
}

// cutSource takes "- AFP", "| Reuters" and "حسب رويترز." off the end of s.
func cutSource(s string) (rest, credit string, ok bool) {
	if rest, last, where := lastSegment(s); last != "" && where == afterDash {
		last = strings.TrimRight(last, ".")
		if m, ok := phrases.find(last); ok && m.end == len(last) && m.credit != "" && m.as(last).named() {
			return rest, m.credit, true
		}
	}
	end := strings.TrimRight(s, ". ")
	if r, _ := utf8.DecodeLastRuneInString(end); !unicode.Is(unicode.Arabic, r) {
		return s, "", false
	}
	for start := len(end); ; {
		start = strings.LastIndexByte(end[:start], ' ')
		if start < 0 || len(end)-start > maxTailBytes {
			return s, "", false
		}
		m, ok := phrases.find(end[start+1:])
		if !ok || m.credit == "" || start+1+m.end != len(end) {
			continue
		}
		for _, words := range sourceWords {
			if rest, ok := strings.CutSuffix(end[:start], words); ok && trimBlankEnd(rest) != rest {
				return strings.TrimRight(trimBlankEnd(rest), "،,"), m.credit, true
			}
		}
	}
}
