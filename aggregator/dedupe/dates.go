package dedupe

import (
	"strings"

	"wiredesk/aggregator/wording"
)

// isDate reports whether the word, folded, names a month or a day of the week.
func isDate(w []byte) bool {
	_, found := dateWords[string(w)]
	return found
}

// dateWords are what changes in a series' titles from day to day. Forms that
// are also other words ("mar" is a sea) are left out where that is common.
var dateWords = func() map[string]struct{} {
	words := make(map[string]struct{}, 256)
	for _, list := range []string{
		// English
		`january february march april may june july august september october november december
		jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday`,
		// Arabic, both calendars' months
		`يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر
		شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين كانون
		الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت الاحد`,
		// Russian, as dates decline them
		`января февраля марта апреля мая июня июля августа сентября октября ноября декабря
		понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье`,
		// French, German
		`janvier fevrier avril juin juillet aout septembre octobre novembre decembre
		lundi mardi mercredi jeudi vendredi samedi dimanche
		januar februar marz mai juni juli oktober dezember
		montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag`,
		// Spanish, Portuguese, Italian
		`enero febrero abril mayo junio julio septiembre octubre noviembre diciembre
		lunes martes miercoles jueves viernes sabado domingo
		janeiro fevereiro maio junho julho setembro outubro novembro dezembro
		gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
		lunedi martedi mercoledi giovedi venerdi domenica`,
	} {
		for word := range strings.FieldsSeq(list) {
			var folded []byte
			for _, r := range word {
				folded = wording.AppendFolded(folded, r)
			}
			words[string(folded)] = struct{}{}
		}
	}
	return words
}()
