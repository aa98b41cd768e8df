package dedupe

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestReadBody(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"LONDON, March 3 (Reuters) - A ferry sank off Vela on Tuesday.", "A ferry sank off Vela on Tuesday.", "Reuters"},
		{"NEW YORK (AP) — A ferry sank off Vela.", "A ferry sank off Vela.", "AP"},
		{"(CNN) A ferry sank off Vela.", "A ferry sank off Vela.", "CNN"},
		{"(CNN)A ferry sank off Vela.", "A ferry sank off Vela.", "CNN"},
		{"VELA, Aug. 13 (MNA) – A ferry sank.", "A ferry sank.", "Mehr"},
		{"SEOUL, March 3 (Yonhap) -- A ferry sank.", "A ferry sank.", "Yonhap"},
		{"SINGAPORE (STOMP) - A ferry sank.", "A ferry sank.", "STOMP"},
		{"April 3, 2020 10:12 AM SINGAPORE - A ferry sank off Vela.", "A ferry sank off Vela.", ""},
		{"April 3, 2020 5:00 AM A ferry sank off Vela.", "A ferry sank off Vela.", ""},
		{"VATICAN CITY -- The Pope spoke of the ferry.", "The Pope spoke of the ferry.", ""},
		{"ROME - A ferry sank.", "A ferry sank.", ""},
		{"NEW DELHI: A ferry sank off Vela.", "A ferry sank off Vela.", ""},
		{"Paris (AFP) - Un ferry a coulé.", "Un ferry a coulé.", "AFP"},
		{"PARIS, 3 mars (Reuters) - Un ferry a coulé.", "Un ferry a coulé.", "Reuters"},
		{"Berlin (dpa) - Eine Fähre ist gesunken.", "Eine Fähre ist gesunken.", "dpa"},
		{"Madrid, 3 mar (EFE).- Un ferri se hundió.", "Un ferri se hundió.", "EFE"},
		{"(ANSA) - ROMA, 03 MAR - Un traghetto è affondato.", "Un traghetto è affondato.", "ANSA"},
		{"ANKARA (AA) - Bir feribot battı.", "Bir feribot battı.", "AA"},
		{"МОСКВА, 3 мар - РИА Новости. Паром затонул.", "Паром затонул.", "RIA Novosti"},
		{"МОСКВА, 3 марта. /ТАСС/. Паром затонул.", "Паром затонул.", "TASS"},
		{"Москва. 3 марта. INTERFAX.RU - Паром затонул.", "Паром затонул.", "Interfax"},
		{"باريس (أ ف ب) - غرقت عبارة قبالة فيلا", "غرقت عبارة قبالة فيلا", "AFP"},
		{"القاهرة – مباشر: ارتفع سهم فيلا للأسمنت", "ارتفع سهم فيلا للأسمنت", "Mubasher"},
		{"دمشق-سانا غرقت عبارة قبالة فيلا", "غرقت عبارة قبالة فيلا", "SANA"},
		{"لندن - رويترز - غرقت عبارة قبالة فيلا", "غرقت عبارة قبالة فيلا", "Reuters"},
		{"به گزارش خبرگزاری مهر، یک کشتی غرق شد", "یک کشتی غرق شد", "Mehr"},
		{"【新华社北京3月3日电】一艘渡轮沉没。", "一艘渡轮沉没。", "Xinhua"},
		{"新华社维拉3月3日电（记者某某）一艘渡轮沉没。", "一艘渡轮沉没。", "Xinhua"},
		{"【ベラ共同】フェリーが沈没した。", "フェリーが沈没した。", "Kyodo"},
		{"[ベラ ３日 ロイター] - フェリーが沈没した。", "フェリーが沈没した。", "Reuters"},
		{"(벨라=연합뉴스) 아무개 기자 = 여객선이 침몰했다.", "여객선이 침몰했다.", "Yonhap"},

		{"A ferry sank off Vela. Read more", "A ferry sank off Vela.", ""},
		{"A ferry sank off Vela... Continue reading...", "A ferry sank off Vela...", ""},
		{"A ferry sank off Vela Read More »", "A ferry sank off Vela", ""},
		{"A ferry sank off Vela. […]", "A ferry sank off Vela.", ""},
		{"A ferry sank. […] The post Ferry sinks off Vela appeared first on Vela Times.", "A ferry sank.", ""},
		{"A ferry sank. © 2020 Vela Times. All rights reserved.", "A ferry sank.", ""},
		{"A ferry sank. (Reporting by A. Writer; Editing by B. Desk)", "A ferry sank.", ""},
		{"A ferry sank off Vela on Tuesday - AFP", "A ferry sank off Vela on Tuesday", "AFP"},
		{"A ferry sank off Vela. (PTI)", "A ferry sank off Vela.", "PTI"},
		{"غرقت عبارة قبالة فيلا، حسب رويترز.", "غرقت عبارة قبالة فيلا", "Reuters"},
		{"غرقت عبارة قبالة فيلا. اقرأ المزيد", "غرقت عبارة قبالة فيلا.", ""},
		{"Паром затонул. Читать далее", "Паром затонул.", ""},
		{"Un ferry a coulé. Lire la suite", "Un ferry a coulé.", ""},
		{"一艘渡轮沉没。阅读全文", "一艘渡轮沉没。", ""},
		{"Read more", "", ""},
		{"", "", ""},

		// Nothing to take.
		{"Children should read more", "Children should read more", ""},
		{"COVID-19 - The year in review.", "COVID-19 - The year in review.", ""},
		{"NATO - The alliance met.", "NATO - The alliance met.", ""},
		{"April 3, 2020 was a long day.", "April 3, 2020 was a long day.", ""},
		{"The director (who resigned) - and his wife - left.", "The director (who resigned) - and his wife - left.", ""},
		{"Swimmers – and surfers – are back.", "Swimmers – and surfers – are back.", ""},
		{"MATT WRITER: We are all at sea.", "MATT WRITER: We are all at sea.", ""},
		{"Shares of Reuters rose.", "Shares of Reuters rose.", ""},
		{"رويترز تعين رئيسا جديدا", "رويترز تعين رئيسا جديدا", ""},
	} {
		if text, credit := ReadBody(c[0]); text != c[1] || credit != c[2] {
			t.Errorf("%s\n got %s; %s\nwant %s; %s", c[0], text, credit, c[1], c[2])
		}
	}
}

func FuzzReadBody(f *testing.F) {
	for _, s := range []string{
		"LONDON, March 3 (Reuters) - A ferry sank. Read more", "(CNN)A", "【新华社北京3月3日电】一艘渡轮沉没。", "April 3, 2020 10:12 AM SINGAPORE - A",
		"МОСКВА, 3 мар - РИА Новости. Паром", "غرقت عبارة، حسب رويترز.", "The post appeared first on \xff", "(((", "SINGAPORE -", "(서울=연합뉴스) 기자 = ",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, summary string) {
		text, credit := ReadBody(summary)
		if !strings.Contains(summary, text) {
			t.Errorf("%q is no part of %q", text, summary)
		}
		if utf8.ValidString(summary) && !utf8.ValidString(text+credit) {
			t.Errorf("%q, %q of %q is invalid", text, credit, summary)
		}
	})
}

func BenchmarkReadBody(b *testing.B) {
	for name, summary := range map[string]string{
		"plain":    strings.Repeat("Norland raises ferry tolls after talks with unions fail. ", 8),
		"dateline": "LONDON, March 3 (Reuters) - " + strings.Repeat("Norland raises ferry tolls after talks with unions fail. ", 8) + "Read more",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ReadBody(summary)
			}
		})
	}
}
