package parse

import (
	"maps"
	"strings"
)

// months holds the names of the months, long and short, of the languages feeds
// give their dates in. Dots behind short names do not count.
var months = func() map[string]int {
	names := make(map[string]int)
	for _, language := range []string{
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"- - - - - - - - sept - - -",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"jän feber mrz - - - - - - okt - dez",
		"jänner - maerz - - - - - - - - -",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"janv févr - avr - - juil aou - - - déc",
		"- fevrier - - - - - aout - - - -",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"ene - - abr - - - ago setiembre - - dic",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"- fev - - - - - - set out - -",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"gen - - - mag giu lug - - ott - -",
		"января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
		"январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
		"янв фев мар апр - июн июл авг сен окт ноя дек",
		"- февр - - - - - - сент - нояб -",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
		"- - - ابريل - يونيه يوليه اغسطس - اكتوبر - -",
		"جانفي فيفري - أفريل ماي جوان جويلية أوت - - - -",
		"januari februari maart april mei juni juli augustus september oktober november december",
		"- - mrt - - - - - - - - -",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
		"ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
		"জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
		"जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
		"januari februari mars april maj juni juli augusti september oktober november december",
		"ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου",
		"január február március április május június július augusztus szeptember október november december",
	} {
		for i, name := range strings.Fields(language) {
			if name != "-" {
				names[name] = i + 1
			}
		}
	}
	// The Levant counts by other names; some have two words, of which one tells.
	maps.Copy(names, map[string]int{"شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8, "أيلول": 9})
	return names
}()

// weekdayToo is a month's short name that is Tuesday in French, Spanish and
// Italian.
const weekdayToo = "mar"

// zones holds the names of time zones as seconds east of UTC. Where two zones
// share a name it is the one most feeds mean. A letter alone says nothing (RFC
// 5322, section 4.3).
var zones = func() map[string]int {
	offsets := make(map[string]int)
	for name, hours := range map[string]float64{
		"z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5,
		"met": 1, "mest": 2, "mez": 1, "mesz": 2, "cet": 1, "cest": 2, "cetdst": 2, "metdst": 2, "mewt": 1, "messt": 2,
		"eet": 2, "eest": 3, "msk": 3, "msd": 4, "мск": 3, "trt": 3, "samt": 4, "yekt": 5, "vlat": 10,
		"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "et": -5, "ct": -6, "mt": -7, "pt": -8,
		"ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "akst": -9, "akdt": -8, "hst": -10, "hast": -10, "hadt": -9,
		"brt": -3, "brst": -2, "art": -3, "clt": -4, "clst": -3, "cot": -5, "pet": -5, "vet": -4, "bot": -4, "uyt": -3,
		"jst": 9, "kst": 9, "sgt": 8, "hkt": 8, "pht": 8, "myt": 8, "wib": 7, "wita": 8, "wit": 9, "ict": 7, "mmt": 6.5,
		"npt": 5.75, "pkt": 5, "bdt": 6, "bdst": 6, "slst": 5.5, "aft": 4.5, "irst": 3.5, "irdt": 4.5, "gst": 4, "uzt": 5, "almt": 6,
		"idt": 3, "sast": 2, "cat": 2, "eat": 3, "wat": 1,
		"aest": 10, "aedt": 11, "acst": 9.5, "acdt": 10.5, "awst": 8, "nzst": 12, "nzdt": 13, "chst": 10, "sst": -11,
	} {
		offsets[name] = int(hours * 3600)
	}
	return offsets
}()
