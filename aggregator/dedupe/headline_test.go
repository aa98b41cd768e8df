package dedupe

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// labels writes labels as "update 2, correction".
func labels(ls []aggregator.Label) string {
	var b strings.Builder
	for i, l := range ls {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(l.Kind))
		if l.Number != 0 {
			b.WriteString(" " + strconv.Itoa(l.Number))
		}
	}
	return b.String()
}

// read writes a headline as "text; labels; credit; section; outlet", without
// the empty ones at the end.
func read(title string) string {
	h := ReadHeadline(title)
	return strings.TrimRight(strings.Join([]string{h.Text, labels(h.Labels), h.Credit, h.Section, h.Outlet}, "; "), "; ")
}

func TestReadHeadline(t *testing.T) {
	t.Parallel()
	wires := map[string][][2]string{
		"Reuters": {
			{"UPDATE 2-Norland raises ferry tolls after talks fail", "Norland raises ferry tolls after talks fail; update 2"},
			{"UPDATE 11-Norland raises ferry tolls", "Norland raises ferry tolls; update 11"},
			{"CORRECTED-Ostrava mill to cut 90 jobs, not 900", "Ostrava mill to cut 90 jobs, not 900; correction"},
			{"CORRECTED (OFFICIAL)-Norland GDP grew 0.2 pct in May", "Norland GDP grew 0.2 pct in May; correction"},
			{"URGENT - CORRECTED-UPDATE 3-Norland raises ferry tolls", "Norland raises ferry tolls; urgent, correction, update 3"},
			{"REFILE-UPDATE 1-Tin miners end strike in Vela", "Tin miners end strike in Vela; refile, update 1"},
			{"RPT-COLUMN-Why tin is cheap again", "Why tin is cheap again; refile, opinion"},
			{"WRAPUP 4-Floods cut rail lines across three states", "Floods cut rail lines across three states; roundup 4"},
			{"BRIEF-Ostrava Steel Q2 profit rises 4 pct", "Ostrava Steel Q2 profit rises 4 pct; brief"},
			{"KILL-Norland bank chief resigns", "Norland bank chief resigns; withdrawal"},
			{"WITHDRAWN: Norland bank chief resigns", "Norland bank chief resigns; withdrawal"},
			{"STORY WITHDRAWN", "STORY WITHDRAWN; withdrawal"},
			{"This story has been withdrawn.", "This story has been withdrawn.; withdrawal"},
			{"KILL", "KILL; withdrawal"},
			{"ADVISORY-Norland bank story withdrawn by the desk", "Norland bank story withdrawn by the desk; brief"},
			{"Exclusive-Ostrava Steel in talks to buy rival, sources say", "Ostrava Steel in talks to buy rival, sources say; exclusive"},
			{"EXCLUSIVE: Ostrava Steel in talks to buy rival", "Ostrava Steel in talks to buy rival; exclusive"},
			{"Factbox-Who is who in the Norland cabinet", "Who is who in the Norland cabinet; opinion"},
			{"Tin miners end strike in Vela (Reuters)", "Tin miners end strike in Vela; ; Reuters"},
			{"Tin miners end strike in Vela — Reuters", "Tin miners end strike in Vela; ; Reuters"},
			{"Tin miners end strike in Vela - Reuters.com", "Tin miners end strike in Vela; ; ; ; Reuters.com"},
		},
		"AP": {
			{"The Latest: Two more bodies found after ferry sinks", "Two more bodies found after ferry sinks; live"},
			{"AP Exclusive: Papers show mayor knew of the leak", "Papers show mayor knew of the leak; exclusive"},
			{"AP FACT CHECK: The mayor's numbers are off", "The mayor's numbers are off; opinion"},
			{"AP PHOTOS: A village moves uphill", "A village moves uphill; media"},
			{"Correction: Ferry-Sinking story of May 4", "Ferry-Sinking story of May 4; correction"},
			{"Ferry sinks off the coast of Vela | AP", "Ferry sinks off the coast of Vela; ; AP"},
			{"Ferry sinks off the coast of Vela | AP News", "Ferry sinks off the coast of Vela; ; ; ; AP News"},
			{"(AP) Ferry sinks off the coast", "Ferry sinks off the coast; ; AP"},
			{"JUST IN Ferry sinks off the coast", "Ferry sinks off the coast; urgent"},
		},
		"AFP": {
			{"URGENT - Séisme de magnitude 6,1 au large de Vela", "Séisme de magnitude 6,1 au large de Vela; urgent"},
			{"ALERTE: Séisme au large de Vela", "Séisme au large de Vela; urgent"},
			{"EN DIRECT - Grève: les trains perturbés à Vela", "Grève: les trains perturbés à Vela; live"},
			{"RECTIFICATIF - Vela: trois blessés et non treize", "Vela: trois blessés et non treize; correction"},
			{"MISE À JOUR: Vela: treize blessés dans la collision", "Vela: treize blessés dans la collision; update"},
			{"LEAD 3 - Vela: treize blessés dans la collision", "Vela: treize blessés dans la collision; update 3"},
			{"2e LEAD - Vela: treize blessés", "Vela: treize blessés; update 2"},
			{"PAPIER GÉNÉRAL - Vela compte ses blessés", "Vela compte ses blessés; roundup"},
			{"ANNULATION - Vela: treize blessés", "Vela: treize blessés; withdrawal"},
			{"Séisme au large de Vela - AFP", "Séisme au large de Vela; ; AFP"},
			{"[AFP] Séisme au large de Vela [VIDÉO]", "Séisme au large de Vela; media; AFP"},
			{"عاجل: زلزال قوي قبالة فيلا (أ ف ب)", "زلزال قوي قبالة فيلا; urgent; AFP"},
		},
		"dpa": {
			{"EIL: Zug bei Ostrau entgleist", "Zug bei Ostrau entgleist; urgent"},
			{"ROUNDUP 2: Zug bei Ostrau entgleist - Zwölf Verletzte", "Zug bei Ostrau entgleist - Zwölf Verletzte; roundup 2"},
			{"2. ROUNDUP: Zug bei Ostrau entgleist", "Zug bei Ostrau entgleist; roundup 2"},
			{"WDH/ROUNDUP: Zug bei Ostrau entgleist", "Zug bei Ostrau entgleist; refile, roundup"},
			{"KORREKTUR: Zwölf, nicht zwanzig Verletzte bei Ostrau", "Zwölf, nicht zwanzig Verletzte bei Ostrau; correction"},
			{"ZURÜCKGEZOGEN: Zug bei Ostrau entgleist", "Zug bei Ostrau entgleist; withdrawal"},
			{"Liveticker: Zug bei Ostrau entgleist", "Zug bei Ostrau entgleist; live"},
			{"Zug bei Ostrau entgleist (dpa)", "Zug bei Ostrau entgleist; ; dpa"},
			{"+++ Zug bei Ostrau entgleist +++", "Zug bei Ostrau entgleist; urgent"},
			{"Zug bei Ostrau entgleist | tagesschau.de", "Zug bei Ostrau entgleist; ; ; ; tagesschau.de"},
		},
		"EFE and Europa Press": {
			{"URGENTE | Un sismo sacude la costa de Vela", "Un sismo sacude la costa de Vela; urgent"},
			{"ÚLTIMA HORA: Un sismo sacude la costa de Vela", "Un sismo sacude la costa de Vela; urgent"},
			{"Ultima hora - Un sismo sacude la costa de Vela", "Un sismo sacude la costa de Vela; urgent"},
			{"AMP.- Un sismo sacude la costa de Vela", "Un sismo sacude la costa de Vela; update"},
			{"(AMPLIACIÓN) Un sismo sacude la costa de Vela", "Un sismo sacude la costa de Vela; update"},
			{"CORRECCIÓN: Tres heridos, y no trece, en Vela", "Tres heridos, y no trece, en Vela; correction"},
			{"Fútbol.- El Vela se queda sin entrenador", "El Vela se queda sin entrenador; ; ; Fútbol"},
			{"Un sismo sacude la costa de Vela | EFE", "Un sismo sacude la costa de Vela; ; EFE"},
			{"EN VIVO | Vela contra Norlandia", "Vela contra Norlandia; live"},
		},
		"Xinhua": {
			{"Urgent: Quake jolts waters off Vela", "Quake jolts waters off Vela; urgent"},
			{"2nd LD-Writethru: Quake jolts waters off Vela", "Quake jolts waters off Vela; update 2"},
			{"Roundup: Norland leaders vow to rebuild", "Norland leaders vow to rebuild; roundup"},
			{"Xinhua Commentary: Ferries need rules", "Ferries need rules; opinion"},
			{"Quake jolts waters off Vela (Xinhua)", "Quake jolts waters off Vela; ; Xinhua"},
			{"新华社快讯：维拉附近海域发生6.1级地震", "维拉附近海域发生6.1级地震; urgent"},
			{"【快讯】维拉附近海域发生6.1级地震", "维拉附近海域发生6.1级地震; urgent"},
			{"独家丨维拉市长谈重建计划", "维拉市长谈重建计划; exclusive"},
			{"更正：维拉地震伤者为三人", "维拉地震伤者为三人; correction"},
			{"撤稿：维拉地震伤者为三人", "维拉地震伤者为三人; withdrawal"},
			{"（第二报）维拉附近海域发生地震", "维拉附近海域发生地震; update 2"},
			{"维拉附近海域发生6.1级地震_新浪网", "维拉附近海域发生6.1级地震; ; ; ; 新浪网"},
			{"维拉附近海域发生6.1级地震-新华网", "维拉附近海域发生6.1级地震; ; Xinhua"},
			{"维拉附近海域发生6.1级地震（新华社）", "维拉附近海域发生6.1级地震; ; Xinhua"},
		},
		"TASS, RIA Novosti, Interfax": {
			{"СРОЧНО: В Веле сошел с рельсов поезд", "В Веле сошел с рельсов поезд; urgent"},
			{"МОЛНИЯ В Веле сошел с рельсов поезд", "В Веле сошел с рельсов поезд; urgent"},
			{"ОБНОВЛЕНИЕ 2-В Веле сошел с рельсов поезд", "В Веле сошел с рельсов поезд; update 2"},
			{"ИСПРАВЛЕНИЕ - В Веле пострадали трое", "В Веле пострадали трое; correction"},
			{"АННУЛИРОВАНО: В Веле пострадали трое", "В Веле пострадали трое; withdrawal"},
			{"ТАСС: в Веле сошел с рельсов поезд", "в Веле сошел с рельсов поезд; ; TASS"},
			{"В Веле сошел с рельсов поезд - РИА Новости", "В Веле сошел с рельсов поезд; ; RIA Novosti"},
			{"В Веле сошел с рельсов поезд (ВИДЕО)", "В Веле сошел с рельсов поезд; media"},
			{"В Веле сошел с рельсов поезд (ФОТО, ВИДЕО)", "В Веле сошел с рельсов поезд; media"},
			{"Эксклюзив: мэр Велы о пожаре", "мэр Велы о пожаре; exclusive"},
			{"В Веле сошел с рельсов поезд | Интерфакс", "В Веле сошел с рельсов поезд; ; Interfax"},
			{"В Веле сошел с рельсов поезд – Газета.Ru", "В Веле сошел с рельсов поезд; ; ; ; Газета.Ru"},
		},
		"Anadolu": {
			{"SON DAKİKA: Vela açıklarında deprem", "Vela açıklarında deprem; urgent"},
			{"Son dakika | Vela açıklarında deprem", "Vela açıklarında deprem; urgent"},
			{"GÜNCELLEME 2 - Vela açıklarında deprem", "Vela açıklarında deprem; update 2"},
			{"DÜZELTME - Vela'da üç kişi yaralandı", "Vela'da üç kişi yaralandı; correction"},
			{"CANLI: Vela açıklarında deprem oldu", "Vela açıklarında deprem oldu; live"},
			{"Vela açıklarında deprem oldu - Anadolu Ajansı", "Vela açıklarında deprem oldu; ; Anadolu"},
		},
		"ANSA": {
			{"++ Terremoto al largo di Vela ++", "Terremoto al largo di Vela; urgent"},
			{"ULTIM'ORA - Terremoto al largo di Vela", "Terremoto al largo di Vela; urgent"},
			{"Ultim’ora: Terremoto al largo di Vela", "Terremoto al largo di Vela; urgent"},
			{"RETTIFICA: Tre feriti a Vela", "Tre feriti a Vela; correction"},
			{"DIRETTA Terremoto: scuole chiuse a Vela", "DIRETTA Terremoto: scuole chiuse a Vela"},
			{"Terremoto al largo di Vela - ANSA", "Terremoto al largo di Vela; ; ANSA"},
		},
		"Portuguese": {
			{"AO VIVO: Tremor atinge costa de Vela", "Tremor atinge costa de Vela; live"},
			{"ATUALIZA 2-Tremor atinge costa de Vela", "Tremor atinge costa de Vela; update 2"},
			{"CORREÇÃO: Tremor deixou três feridos", "Tremor deixou três feridos; correction"},
		},
		"Mubasher": {
			{"Mubasher: Vela Cement swings to profit in Q2", "Vela Cement swings to profit in Q2; ; Mubasher"},
			{"مباشر: انطلاق مباراة فيلا ونورلاند", "انطلاق مباراة فيلا ونورلاند; live"},
		},
		"SANA and Arabic desks": {
			{"عاجل | زلزال قوي قبالة فيلا", "زلزال قوي قبالة فيلا; urgent"},
			{"عاجل زلزال قوي قبالة فيلا", "زلزال قوي قبالة فيلا; urgent"},
			{"#عاجل زلزال قوي قبالة فيلا", "زلزال قوي قبالة فيلا; urgent"},
			{"خبر عاجل.. زلزال قوي قبالة فيلا", "زلزال قوي قبالة فيلا; urgent"},
			{"تصحيح - ثلاثة جرحى لا ثلاثون في فيلا", "ثلاثة جرحى لا ثلاثون في فيلا; correction"},
			{"تحديث 2: ثلاثة جرحى في زلزال فيلا", "ثلاثة جرحى في زلزال فيلا; update 2"},
			{"إلغاء: ثلاثة جرحى في زلزال فيلا", "ثلاثة جرحى في زلزال فيلا; withdrawal"},
			{"شاهد.. لحظة وقوع الزلزال في فيلا", "لحظة وقوع الزلزال في فيلا; media"},
			{"بالفيديو لحظة وقوع الزلزال في فيلا", "لحظة وقوع الزلزال في فيلا; media"},
			{"زلزال قوي قبالة فيلا (فيديو وصور)", "زلزال قوي قبالة فيلا; media"},
			{"رأي: ماذا بعد زلزال فيلا؟", "ماذا بعد زلزال فيلا؟; opinion"},
			{"سانا: زلزال قوي قبالة فيلا", "زلزال قوي قبالة فيلا; ; SANA"},
			{"زلزال قوي قبالة فيلا - رويترز", "زلزال قوي قبالة فيلا; ; Reuters"},
			{"زلزال قوي قبالة فيلا - وكالات", "زلزال قوي قبالة فيلا; ; agencies"},
			{"زلزال قوي قبالة فيلا - قناة الجزيرة", "زلزال قوي قبالة فيلا; ; ; ; قناة الجزيرة"},
			{"كورونا: مدارس فيلا تغلق أبوابها", "مدارس فيلا تغلق أبوابها; ; ; كورونا"},
		},
		"Persian, Urdu, Hebrew": {
			{"فوری: زلزله در سواحل ولا", "زلزله در سواحل ولا; urgent"},
			{"زلزله در سواحل ولا + فیلم", "زلزله در سواحل ولا + فیلم"},
			{"ویدئو: زلزله در سواحل ولا", "زلزله در سواحل ولا; media"},
			{"بریکنگ نیوز: ولا میں زلزلہ", "ولا میں زلزلہ; urgent"},
			{"מבזק: רעידת אדמה מול חופי ולה", "רעידת אדמה מול חופי ולה; urgent"},
		},
		"BBC and the Guardian": {
			{"Quake jolts coast of Vela - BBC News", "Quake jolts coast of Vela; ; ; ; BBC News"},
			{"Quake jolts coast of Vela – live updates", "Quake jolts coast of Vela; live"},
			{"Quake jolts coast of Vela – as it happened", "Quake jolts coast of Vela; live"},
			{"Quake jolts coast of Vela – video", "Quake jolts coast of Vela; media"},
			{"Quake jolts coast of Vela – live | The Guardian", "Quake jolts coast of Vela; live; ; ; The Guardian"},
			{"Coronavirus: Vela shuts its schools", "Vela shuts its schools; ; ; Coronavirus"},
			{"Covid-19: Vela shuts its schools", "Vela shuts its schools; ; ; Covid-19"},
			{"Brexit: Norland wants another vote", "Norland wants another vote; ; ; Brexit"},
			{"In pictures: Vela after the quake", "Vela after the quake; media"},
			{"Watch: Cows cross the bridge", "Cows cross the bridge; media"},
		},
		"Al Jazeera": {
			{"Norland war live: Ten killed as bridge is hit", "Ten killed as bridge is hit; live; ; Norland war"},
			{"Photos: Vela after the quake", "Vela after the quake; media"},
			{"Quake jolts coast of Vela | Al Jazeera", "Quake jolts coast of Vela; ; ; ; Al Jazeera"},
		},
		"ABC and other papers": {
			{"Vela election LIVE: Mayor concedes after midnight count", "Mayor concedes after midnight count; live; ; Vela election"},
			{"Vela Quake Live Updates: Mayor orders schools shut", "Mayor orders schools shut; live; ; Vela Quake"},
			{"Quake jolts coast of Vela | Stuff.co.nz", "Quake jolts coast of Vela; ; ; ; Stuff.co.nz"},
			{"Quake jolts coast of Vela · Le Monde", "Quake jolts coast of Vela; ; ; ; Le Monde"},
			{"[VIDEO] Quake jolts coast of Vela", "Quake jolts coast of Vela; media"},
			{"Quake jolts coast of Vela (UPDATED)", "Quake jolts coast of Vela; update"},
			{"🚨 BREAKING: Quake jolts coast of Vela", "Quake jolts coast of Vela; urgent"},
			{"#BREAKING Quake jolts coast of Vela", "Quake jolts coast of Vela; urgent"},
			{"Opinion | Vela must learn from the quake", "Vela must learn from the quake; opinion"},
			{"ICYMI: Vela learns from the quake", "Vela learns from the quake; refile"},
			{"Column: Vela must learn from the quake", "Vela must learn from the quake; opinion"},
			{"QUAKE JOLTS COAST OF VELA | RT.com", "QUAKE JOLTS COAST OF VELA; ; ; ; RT.com"},
		},
		"NHK and Kyodo": {
			{"【速報】ベラ沖で震度6の地震", "ベラ沖で震度6の地震; urgent"},
			{"速報 ベラ沖で震度6の地震", "ベラ沖で震度6の地震; urgent"},
			{"【独自】ベラ市長が辞任の意向", "ベラ市長が辞任の意向; exclusive"},
			{"【動画】ベラ沖で震度6の地震", "ベラ沖で震度6の地震; media"},
			{"訂正：ベラ沖の地震、けが人は三人", "ベラ沖の地震、けが人は三人; correction"},
			{"ベラ沖で震度6の地震 | NHKニュース", "ベラ沖で震度6の地震; ; ; ; NHKニュース"},
			{"UPDATE1: Quake jolts coast of Vela", "Quake jolts coast of Vela; update 1"},
			{"Baseball: Vela beats Norland in the ninth", "Vela beats Norland in the ninth; ; ; Baseball"},
		},
		"Yonhap": {
			{"(LEAD) Norland fires two missiles into sea", "Norland fires two missiles into sea; update"},
			{"(2nd LD) Norland fires two missiles into sea", "Norland fires two missiles into sea; update 2"},
			{"(URGENT) Norland fires two missiles", "Norland fires two missiles; urgent"},
			{"[속보] 벨라 앞바다서 규모 6.1 지진", "벨라 앞바다서 규모 6.1 지진; urgent"},
			{"[단독] 벨라 시장 사의 표명", "벨라 시장 사의 표명; exclusive"},
			{"벨라 앞바다서 규모 6.1 지진(종합2보)", "벨라 앞바다서 규모 6.1 지진; update 2"},
			{"벨라 앞바다서 규모 6.1 지진(2보)", "벨라 앞바다서 규모 6.1 지진; update 2"},
			{"벨라 앞바다서 규모 6.1 지진(종합)", "벨라 앞바다서 규모 6.1 지진; roundup"},
		},
		"PTI, ANI, IANS": {
			{"PTI: Bus falls into gorge near Vela", "Bus falls into gorge near Vela; ; PTI"},
			{"Bus falls into gorge near Vela (Second Lead)", "Bus falls into gorge near Vela; update"},
			{"Bus falls into gorge near Vela | ANI", "Bus falls into gorge near Vela; ; ANI"},
			{"ब्रेकिंग न्यूज: वेला में भूकंप के झटके", "वेला में भूकंप के झटके; urgent"},
			{"लाइव: वेला में भूकंप के झटके", "वेला में भूकंप के झटके; live"},
			{"वीडियो: वेला में भूकंप के झटके", "वेला में भूकंप के झटके; media"},
		},
		"Bernama, Philippine, Vietnamese, Greek, Polish, Dutch, Swedish, Ukrainian desks": {
			{"Bernama - Gempa kuat di Vela", "Gempa kuat di Vela; ; Bernama"},
			{"TINGNAN: Lindol sa Vela", "Lindol sa Vela; media"},
			{"Tin nóng: Động đất ngoài khơi Vela", "Động đất ngoài khơi Vela; urgent"},
			{"ΕΚΤΑΚΤΟ: Σεισμός ανοιχτά της Βέλα", "Σεισμός ανοιχτά της Βέλα; urgent"},
			{"Έκτακτο - Σεισμός ανοιχτά της Βέλα", "Σεισμός ανοιχτά της Βέλα; urgent"},
			{"PILNE: Trzęsienie ziemi u wybrzeży Veli", "Trzęsienie ziemi u wybrzeży Veli; urgent"},
			{"CORRECTIE: Drie gewonden in Vela", "Drie gewonden in Vela; correction"},
			{"JUST NU: Jordskalv utanför Vela", "Jordskalv utanför Vela; urgent"},
			{"ТЕРМІНОВО: Біля Вели стався землетрус", "Біля Вели стався землетрус; urgent"},
		},
	}
	for wire, cases := range wires {
		t.Run(wire, func(t *testing.T) {
			t.Parallel()
			for _, c := range cases {
				if got := read(c[0]); got != c[1] {
					t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
				}
			}
		})
	}
}

// TestHeadlinesLeftAlone reads headlines in which the words of the tables are
// part of the sentence.
func TestHeadlinesLeftAlone(t *testing.T) {
	t.Parallel()
	for _, title := range []string{
		"Update on ferry talks",
		"Kill switch found in stolen car",
		"Kill",
		"Retraction of the glacier",
		"Kill: the film everyone hates",
		"Live cattle prices rise in Vela",
		"Live-in carers demand better pay",
		"Brief encounter with a shark off Vela",
		"URGENT care clinic closes in Vela",
		"URGENT CARE CLINIC CLOSES IN VELA",
		"URGENT-CARE CLINIC CLOSES IN VELA",
		"Video-sharing app banned in Norland",
		"Video-Sharing App Banned in Norland",
		"VIDEO GAME SALES SOAR IN NORLAND",
		"Exclusive club loses its licence",
		"Analysis of the budget takes a year",
		"Breaking bad habits takes time",
		"BREAKING bread with the enemy",
		"Opinion polls put mayor ahead",
		"Watch out for ice on the roads",
		"Correction facility opens in Vela",
		"Lead: the metal that poisons Vela's water",
		"Merkel: we will manage",
		"Vela: mayor resigns over ferry deal",
		"ترامب: سنعود قريبا",
		"شاهد عيان يروي لحظة الزلزال",
		"إلغاء الرحلات إلى فيلا بسبب الزلزال",
		"رويترز تعين رئيسا جديدا للتحرير",
		"Reuters names new editor-in-chief",
		"AP wins Pulitzer prize for photography",
		"AAP: we will win every seat in Vela",
		"Strike at Reuters enters second week",
		"Urgent-Care Clinics Overrun in Vela",
		"Repeat-Offender Law Struck Down in Vela",
		"How penguins live: a year on the ice",
		"Shopping online: the rules change in Vela",
		"Withdrawal: star pulls out of Vela Open",
		"Отзыв: завод возвращает машины в Веле",
		"Sana: I will not run again",
		"Petra: the city that tourists left",
		"Bloomberg: I will spend what it takes",
		"تهديد مباشر: فيلا ترد على نورلاند",
		"Where we live: the street that moved twice",
		"Families learn to live: the year after the flood",
		"Срочное заседание созвано в Веле",
		"Видео с камер помогло найти угонщика",
		"Zug entgleist - Video zeigt Unfall",
		"Direkte Züge nach Vela fallen aus",
		"最新研究发现维拉湖水变暖",
		"更新世的化石在维拉出土",
		"速報値は予想を上回る",
		"종합병원 노조 파업",
		"Man dies after fall - police",
		"Death toll rises to 12 - 4.30pm",
		"Vela to host finals - Jones",
		"Go home | BBC News",
		"Weather - BBC News",
		"LIVE",
		"Live:",
		"UPDATE 2-",
		"(Reuters)",
		"3 killed as bus overturns",
		"2 Lead singers quit the band",
		"Ferry talks resume (again)",
		"A-ha: the band that came back",
	} {
		want := Headline{Text: title}
		if diff := cmp.Diff(want, ReadHeadline(title)); diff != "" {
			t.Errorf("%s: -want +got\n%s", title, diff)
		}
	}
}

func FuzzReadHeadline(f *testing.F) {
	for _, s := range []string{
		"", " ", "URGENT - CORRECTED-UPDATE 2-Norland raises tolls (Reuters) | Stuff.co.nz", "[속보] 벨라 지진(종합2보)",
		"【速報】ベラ沖で地震 | NHKニュース", "#عاجل.. زلزال قبالة فيلا - رويترز", "++ Terremoto ++", "2. ROUNDUP: Zug",
		"Norland war live: Ten killed as bridge is hit", "🔴 EN DIRECT : Vela", "((( LIVE", "_|_-–—", "\xff LIVE: \xc3", "独家丨维拉_新浪网",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		h := ReadHeadline(title)
		for _, piece := range []string{h.Text, h.Section, h.Outlet} {
			if !strings.Contains(title, piece) {
				t.Errorf("%q is no part of %q", piece, title)
			}
			if utf8.ValidString(title) && !utf8.ValidString(piece) {
				t.Errorf("%q of %q is invalid", piece, title)
			}
		}
		if h.Text == "" && trimBlank(title) != "" {
			t.Errorf("nothing left of %q", title)
		}
		kinds := make(map[aggregator.LabelKind]bool)
		for _, l := range h.Labels {
			if kinds[l.Kind] || l.Kind == "" || l.Number < 0 || l.Number > 99 {
				t.Errorf("labels %v of %q", h.Labels, title)
			}
			kinds[l.Kind] = true
		}
		if diff := cmp.Diff(Headline{Text: h.Text}, ReadHeadline(h.Text)); diff != "" {
			t.Errorf("reading %q, of %q, again: %s", h.Text, title, diff)
		}
	})
}

func BenchmarkReadHeadline(b *testing.B) {
	for name, title := range map[string]string{
		"plain":    "Norland raises ferry tolls after talks with unions fail for a third time",
		"arabic":   "زلزال قوي يضرب سواحل فيلا والسلطات تعلن حالة الطوارئ في ثلاث مدن",
		"labelled": "URGENT - CORRECTED-UPDATE 3-Norland raises ferry tolls (Reuters) | Stuff.co.nz",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ReadHeadline(title)
			}
		})
	}
}

func TestBracketsPair(t *testing.T) {
	t.Parallel()
	for i, r := range openingBrackets {
		closing, _ := utf8.DecodeRuneInString(closingBrackets[i:])
		if utf8.RuneLen(r) != utf8.RuneLen(closing) {
			t.Errorf("%c and %c", r, closing)
		}
		if got := read(string(r) + "LIVE" + string(closing) + " three words left"); got != "three words left; live" {
			t.Errorf("%c: got %s", r, got)
		}
	}
}
