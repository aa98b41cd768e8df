package dedupe

import (
	"strings"
	"unicode/utf8"
)

// agencyRow holds an agency's usual name and the spellings of it, parted by
// commas, by which it is credited.
type agencyRow struct {
	name  string
	how   setting // late, or nothing
	words string
}

var agencyRows = []agencyRow{
	{"AA", late, "aa"},
	{"AAP", late, "aap"},
	{"AFP", 0, "afp, agence france-presse, agence france presse, afp-jiji, afpbb, ا ف ب, ا.ف.ب, أ.ف.ب., فرانس برس, فرانس برس عربي, وكالة فرانس برس, وكالة الصحافة الفرنسية, афп, 法新社, 法新社电, एएफपी"},
	{"AGI", late, "agi"},
	{"ANI", 0, "ani, एएनआई"},
	{"ANSA", 0, "ansa"},
	{"AP", late, "ap, associated press, the associated press, ا ب, اسوشيتد برس, أسوشيتد برس, وكالة اسوشيتد برس, 美联社, 美聯社, एपी, ассошиэйтед пресс"},
	{"APA", late, "apa"},
	{"Adnkronos", 0, "adnkronos"},
	{"Agerpres", 0, "agerpres"},
	{"Anadolu", 0, "anadolu, anadolu agency, anadolu ajansı, الاناضول, وكالة الاناضول, анадолу"},
	{"Antara", 0, "antara, antara news"},
	{"BNS", late, "bns"},
	{"BSS", late, "bss, বাসস"},
	{"BTA", late, "bta, бта"},
	{"Belga", 0, "belga"},
	{"BelTA", 0, "belta, белта"},
	{"Bernama", 0, "bernama"},
	{"Bloomberg", late, "bloomberg, блумберг"},
	{"Bloomberg", 0, "بلومبرغ, بلومبيرغ, 彭博社"},
	{"CNA", late, "cna, 中央社"},
	{"CNS", 0, "中新社, 中新网, 中国新闻社"},
	{"CP", late, "cp, the canadian press, canadian press"},
	{"CTK", late, "čtk, ctk"},
	{"DPA", 0, "د ب ا, د.ب.ا, د.ب.أ., وكالة الانباء الالمانية"},
	{"EFE", 0, "efe, agencia efe"},
	{"EUROPA PRESS", 0, "europa press"},
	{"Fars", 0, "خبرگزاری فارس"},
	{"IANS", 0, "ians, आईएएनएस"},
	{"INA", late, "ina, واع"},
	{"IRNA", 0, "irna, ایرنا, ارنا, خبرگزاری ایرنا"},
	{"ISNA", 0, "isna, ایسنا, خبرگزاری ایسنا"},
	{"Interfax", 0, "interfax, интерфакс, interfax.ru, interfax-ukraine, интерфакс-украина, интерфакс-україна, انترفاكس"},
	{"Jiji", 0, "jiji, jiji press, 時事, 時事通信"},
	{"KCNA", 0, "kcna, 조선중앙통신, 朝中社"},
	{"KUNA", 0, "kuna, كونا, وكالة الانباء الكويتية"},
	{"Kyodo", 0, "kyodo, kyodo news, 共同, 共同通信, 共同社"},
	{"LUSA", 0, "lusa"},
	{"MAP", late, "map, و م ع"},
	{"MENA", late, "mena, ا ش ا, أ.ش.أ, ا.ش.ا"},
	{"MTI", late, "mti"},
	{"Mehr", 0, "mna, mehr news agency, خبرگزاری مهر"},
	{"Mubasher", 0, "mubasher, مباشر"},
	{"NNA", late, "nna"},
	{"NTB", 0, "ntb"},
	{"News1", 0, "뉴스1"},
	{"Newsis", 0, "뉴시스"},
	{"PA", late, "pa, pa media, press association"},
	{"PAP", late, "pap"},
	{"PETRA", late, "petra, بترا"},
	{"PNA", late, "pna"},
	{"PTI", 0, "pti, press trust of india, भाषा, पीटीआई"},
	{"QNA", late, "qna, قنا"},
	{"RIA Novosti", 0, "ria novosti, ria, риа новости, риа, риа «новости», ريا نوفوستي, نوفوستي, риановости"},
	{"Reuters", 0, "reuters, thomson reuters, رويترز, وكالة رويترز, рейтер, рейтерс, 路透, 路透社, 路透电, ロイター, 로이터, 로이터통신, רויטרס, रॉयटर्स, رویترز, রয়টার্স"},
	{"Ritzau", 0, "ritzau"},
	{"SANA", 0, "sana, سانا, وكالة سانا"},
	{"SPA", late, "spa, واس, وكالة الانباء السعودية"},
	{"Sputnik", late, "sputnik"},
	{"Sputnik", 0, "سبوتنيك"},
	{"TASS", 0, "tass, itar-tass, тасс, итар-тасс, تاس, 塔斯社"},
	{"TT", late, "tt"},
	{"Tanjug", 0, "tanjug, танјуг"},
	{"Tasnim", 0, "tasnim, تسنیم, تسنيم, خبرگزاری تسنیم"},
	{"UNI", late, "uni"},
	{"UPI", 0, "upi"},
	{"Ukrinform", 0, "ukrinform, укринформ, укрінформ"},
	{"UNIAN", 0, "unian, униан, уніан"},
	{"WAFA", 0, "wafa, وفا"},
	{"WAM", 0, "wam, وام"},
	{"Xinhua", 0, "xinhua, xinhua news agency, 新华社, 新華社, 新华网, 新华社电, شينخوا, وكالة شينخوا, синьхуа, 신화통신"},
	{"Yonhap", 0, "yonhap, yonhap news agency, 연합뉴스, 韩联社, 聯合ニュース, يونهاب"},
	{"agencies", 0, "وكالات, الوكالات"},
	{"agencies", late, "agencies, agências, agencias, agencies report, агентства, ajanslar, news agencies, wires, wire reports"},
	{"dpa", 0, "dpa, dpa-afx, dpa/bb, dpa/tmn, dpa international, 德新社, дпа"},
}

// outletNames holds names that outlets put after their headlines, parted by
// commas. What looks like a domain needs none.
var outletNames = []string{
	// English
	"bbc, bbc news, bbc sport, bbc sounds, bbc world service, bbc world news, bbc weather, bbc newsbeat, the guardian, guardian, the independent, the telegraph, daily mail, daily mail online, mail online, the sun, daily mirror, the mirror, mirror online, daily express, the times, the sunday times, sky news, sky sports, itv news, channel 4 news, metro news, evening standard, financial times, ft, the economist, the scotsman, the herald, reuters uk, reuters india",
	"cnn, cnn politics, cnn business, cnn video, fox news, fox news video, fox business, msnbc, nbc news, cbs news, abc news, pbs newshour, npr, usa today, the new york times, new york times, nyt, washington post, the washington post, wsj, the wall street journal, wall street journal, los angeles times, chicago tribune, new york post, the hill, politico, axios, newsweek, the atlantic, the verge, techcrunch, wired, business insider, insider, huffpost, vox, bloomberg news, cnbc, marketwatch, forbes, fortune, yahoo news, yahoo finance, yahoo sports, msn, google news, espn, the ringer, the boston globe, miami herald, voa, voice of america, radio free europe/radio liberty, rfe/rl, associated press news, ap news, the conversation",
	"al jazeera, al jazeera english, al jazeera world, al arabiya english, arab news, gulf news, khaleej times, the national, haaretz, the times of israel, times of israel, the jerusalem post, jerusalem post, middle east eye, press tv, tehran times, daily sabah, hurriyet daily news, trt world, rt, rt world news, rt sport & society news, sputnik international, tass english, the moscow times, kyiv post, kyiv independent, the kyiv independent, france 24, rfi, dw, euronews, swissinfo, the local, the irish times, irish times, rté news, irish independent, independent.ie",
	"abc news (australian broadcasting corporation), sbs news, the sydney morning herald, sydney morning herald, smh, the age, brisbane times, wa today, the australian, herald sun, daily telegraph, 9news, 7news, nine news, perthnow, nz herald, new zealand herald, rnz, rnz news, radio new zealand, stuff, newshub, 1 news, otago daily times",
	"the hindu, times of india, the times of india, hindustan times, ndtv, india today, the indian express, indian express, zee news, news18, firstpost, scroll, the wire, business standard, the economic times, economic times, livemint, the quint, deccan herald, the daily star, dhaka tribune, dawn, geo news, the express tribune, express tribune, the news international, south china morning post, scmp, the straits times, straits times, channel newsasia, cna, today online, the star, malay mail, free malaysia today, bangkok post, the nation thailand, the jakarta post, jakarta post, rappler, inquirer news, gma news, gma news online, abs-cbn news, philstar global, vnexpress international, the japan times, japan times, nhk world, nhk world-japan, nhk world-japan news, nikkei asia, the mainichi, the asahi shimbun, the korea herald, korea herald, the korea times, china daily, global times, people's daily online, caixin global, taipei times, hong kong free press, cgtn",
	"cbc, cbc news, ctv news, global news, the globe and mail, toronto star, national post, news24, daily maverick, the east african, nation africa, premium times, punch newspapers, vanguard news, allafrica",
	// Arabic, Persian, Hebrew
	"الجزيرة, الجزيرة نت, الجزيرة مباشر, قناة الجزيرة, قناة العربية, العربية, العربية نت, سكاي نيوز عربية, bbc عربي, bbc news عربي, بي بي سي, بي بي سي عربي, cnn بالعربية, cnn arabic, روسيا اليوم, rt arabic, rt عربي, سبوتنيك عربي, فرانس 24, الشرق الاوسط, صحيفة الشرق الاوسط, القدس العربي, الحياة, العربي الجديد, المصري اليوم, اليوم السابع, الاهرام, بوابة الاهرام, بوابة الشروق, الشروق, الوطن, صحيفة الوطن, صحيفة عكاظ, عكاظ, صحيفة الخليج, البيان, صحيفة البيان, الراي, النهار, الاخبار, قناة المنار, قناة الميادين, الميادين, قناة العالم, السومرية نيوز, شفق نيوز, مصراوي, الحرة, قناة الحرة, دويتشه فيله, dw عربية, يورونيوز, عربي21, هسبريس, رؤيا الاخباري, الغد, الشرق, الاقتصادية",
	"bbc persian, بی بی سی فارسی, ایران اینترنشنال, رادیو فردا, صدای آمریکا, همشهری آنلاین, ynet, וואלה, וואלה חדשות, הארץ, ישראל היום, מעריב, بی بی سی اردو, جیو نیوز",
	// Russian, Ukrainian
	"лента.ру, газета.ru, коммерсантъ, ведомости, рбк, известия, российская газета, рг, первый канал, вести, новая газета, медуза, meduza, эхо москвы, радио свобода, русская служба би-би-си, bbc news русская служба, rt на русском, московский комсомолец, мк, аргументы и факты, аиф, комсомольская правда, кп, фонтанка, дождь, нтв, 24 канал, українська правда, украинская правда, bbc news україна, суспільне новини, настоящее время",
	// French, German, Spanish, Portuguese, Italian, Turkish, others of Europe
	"le monde, le figaro, libération, le parisien, les echos, l'express, le point, l'obs, mediapart, ouest-france, 20 minutes, bfmtv, bfm tv, franceinfo, france info, france inter, europe 1, rtl, tf1 info, lci, l'équipe, la croix, l'humanité, huffpost france, courrier international, tv5monde, rts, le temps, le soir, rtbf, la libre, le devoir, la presse, radio-canada, jeune afrique",
	"der spiegel, spiegel, spiegel online, zeit online, die zeit, süddeutsche zeitung, sz.de, süddeutsche, faz, faz.net, frankfurter allgemeine, die welt, welt, bild, bild.de, tagesschau, zdf, zdfheute, ard, ntv, n-tv, stern, focus online, handelsblatt, taz, der tagesspiegel, tagesspiegel, deutschlandfunk, mdr, ndr, wdr, swr, br24, heise online, golem.de, der standard, die presse, orf, krone.at, nzz, srf, 20 minuten, tages-anzeiger, blick",
	"el país, el mundo, abc, la vanguardia, eldiario.es, el periódico, 20minutos, marca, rtve, rtve.es, cadena ser, el español, infobae, clarín, la nación, página/12, el universal, milenio, la jornada, excélsior, el tiempo, el espectador, el comercio, rpp, emol, la tercera, telesur, bbc news mundo, cnn en español, univision",
	"g1, folha de s.paulo, folha, estadão, o globo, uol, uol notícias, veja, r7, bbc news brasil, público, observador, expresso, diário de notícias, jornal de notícias, rtp, sic notícias, cnn brasil, agência brasil",
	"corriere della sera, corriere.it, la repubblica, repubblica, la stampa, il sole 24 ore, il fatto quotidiano, il messaggero, il giornale, rai news, rainews, sky tg24, tgcom24, fanpage, il post",
	"hürriyet, milliyet, sabah, sözcü, cumhuriyet, ntv haber, habertürk, cnn türk, bbc news türkçe, t24, trt haber, diken, evrensel, birgün, yeni şafak, euronews türkçe, onet, onet wiadomości, gazeta wyborcza, tvn24, rmf 24, polsat news, interia, nos, nu.nl, de volkskrant, de telegraaf, svt nyheter, aftonbladet, expressen, dagens nyheter, nrk, vg, yle, yle uutiset, helsingin sanomat, kathimerini, η καθημερινή, τα νέα, το βήμα, ναυτεμπορική, digi24, hotnews, ct24, novinky.cz, idnes.cz",
	// South and East Asia
	"आज तक, aaj tak, एनडीटीवी, अमर उजाला, दैनिक भास्कर, दैनिक जागरण, नवभारत टाइम्स, bbc news हिंदी, बीबीसी हिंदी, প্রথম আলো, বাংলা ট্রিবিউন, বিবিসি বাংলা, bbc news বাংলা, জাগো নিউজ, ইত্তেফাক, যুগান্তর",
	"新浪网, 新浪新闻, 新浪财经, 新浪体育, 新浪, 腾讯网, 腾讯新闻, 网易, 网易新闻, 搜狐, 搜狐新闻, 凤凰网, 凤凰新闻, 人民网, 央视网, 央视新闻, 环球网, 环球时报, 中国日报网, 澎湃新闻, 澎湃, 新京报, 新京报网, 财新网, 第一财经, 界面新闻, 观察者网, 光明网, 中国网, 今日头条, 百度, 新闻频道, 联合早报, 早报网, 自由時報, 自由時報電子報, 聯合新聞網, 中時新聞網, 蘋果日報, 明報, 香港電台, bbc 中文, bbc news 中文, bbc中文网, 纽约时报中文网, 美国之音",
	"nhkニュース, nhk, nhk news web, 朝日新聞, 朝日新聞デジタル, 毎日新聞, 読売新聞, 読売新聞オンライン, 日本経済新聞, 日経新聞, 産経新聞, 産経ニュース, 東京新聞, yahoo!ニュース, ヤフーニュース, テレ朝news, tbs news dig, 日テレnews, fnnプライムオンライン, 時事ドットコム, bbcニュース, ハフポスト, 中央日報, 조선일보, 중앙일보, 동아일보, 한겨레, 경향신문, kbs 뉴스, kbs news, mbc 뉴스, sbs 뉴스, ytn, jtbc 뉴스, 한국일보, 매일경제, 한국경제, 네이버 뉴스, 다음뉴스",
	"kompas.com, detikcom, detiknews, tempo.co, tribunnews, liputan6, cnn indonesia, cnbc indonesia, antara news, vnexpress, tuổi trẻ, tuổi trẻ online, thanh niên, dân trí, vietnamnet, zing news, bbc news tiếng việt, berita harian, sinar harian, astro awani, ไทยรัฐ, มติชน",
}

// sectionNames holds subjects and series under which headlines are filed,
// parted by commas. Countries and people are not among them: they tell.
var sectionNames = []string{
	"coronavirus, coronavirus uk, coronavirus australia, coronavirus nz, coronavirus live, coronavirus outbreak, coronavirus pandemic, coronavirus lockdown, coronavirus crisis, coronavirus latest, coronavirus update, coronavirus updates, coronavirus news, india coronavirus, covid, covid 19, covid-19, covid-19 coronavirus, covid 19 coronavirus, covid-19 pandemic, covid-19 lockdown, covid pandemic, covid lockdown, covid vaccine, coronavirus vaccine, brexit, climate change, climate crisis, cost of living, ukraine war, ukraine crisis, ukraine conflict, russia-ukraine war, israel-gaza war, gaza war, iran war, syria war, us election, us election 2020, us election 2024, us elections 2020, election 2020, election 2024, us 2020 election, trump impeachment, black lives matter, george floyd, george floyd death, george floyd protests, from the archives",
	"sport, sports, football, soccer, cricket, rugby, rugby union, rugby league, tennis, golf, baseball, basketball, boxing, motorsport, formula 1, formula one, f1, cycling, athletics, swimming, sumo, olympics, tokyo 2020, paris 2024, world cup, world cup 2022, world cup 2026, euro 2020, euro 2024, premier league, champions league, europa league, fa cup, la liga, serie a, bundesliga, nba, nfl, nhl, mlb, ipl, ipl 2020, wimbledon, us open, australian open, french open, tour de france, six nations, super rugby, nrl, afl, nfl draft 2020",
	"business, politics, world, world news, health, science, technology, tech, entertainment, culture, lifestyle, travel, weather, money, markets, stocks, economy, education, environment, crime, opinion poll, gossip, the papers, on politics",
	"كورونا, فيروس كورونا, جائحة كورونا, كوفيد-19, كوفيد 19, اخبار, رياضة, اقتصاد, سياسة, منوعات, دوري ابطال اوروبا, الدوري الانجليزي, كاس العالم, الحرب في سوريا, حرب اوكرانيا, طقس",
	"коронавирус, covid-19 в россии, спорт, экономика, политика, футбол, хоккей, теннис, общество, происшествия, коронавірус, економіка, політика",
	"coronavirus en france, covid, football, guerre en ukraine, présidentielle, politique, économie, faits divers, météo, sport en bref, société, corona, corona-pandemie, coronakrise, ukraine-krieg, ukrainekrieg, fußball, fussball, wirtschaft, politik, wetter, börse, formel 1, tischtennis",
	"economía, fútbol, deportes, tenis, baloncesto, ciclismo, política, sociedad, sucesos, guerra en ucrania, economía/finanzas, futebol, economia, desporto, guerra na ucrânia, calcio, politica, ucraina, meteo, borsa, serie b, spor, ekonomi, futbol, koronavirüs, basketbol, koronawirus, piłka nożna, coronacrisis, voetbal, κορονοϊός, κορωνοϊός, οικονομία, ποδόσφαιρο, קורונה, ספורט, کرونا, ورزش",
	"कोरोना, कोरोना वायरस, खेल, क्रिकेट, করোনা, করোনাভাইরাস, খেলা, 国际, 国内, 体育, 财经, 娱乐, 新冠肺炎, 新冠疫情, 国际疫情, 社会, スポーツ, 経済, 政治, 新型コロナ, 코로나19, 스포츠, 경제, virus corona, covid-19 di indonesia",
}

// domainEndings are the top-level domains of outlets named by their domain.
var domainEndings = []string{
	"com", "net", "org", "info", "tv", "news", "online", "today", "live", "eu", "int",
	"ae", "am", "ar", "at", "au", "az", "ba", "bd", "be", "bg", "br", "by", "ca", "ch", "cl", "cn", "co", "cz",
	"de", "dk", "ee", "eg", "es", "fi", "fm", "fr", "ge", "gr", "hk", "hr", "hu", "id", "ie", "il", "in", "io", "ir",
	"it", "jo", "jp", "ke", "kr", "kz", "lb", "lk", "lt", "lv", "ma", "md", "me", "mk", "mt", "mx", "my", "ng", "nl",
	"no", "np", "nz", "pe", "ph", "pk", "pl", "ps", "pt", "qa", "ro", "rs", "ru", "sa", "se", "sg", "si", "sk", "su",
	"sy", "th", "tn", "tr", "tw", "ua", "uk", "us", "uz", "ve", "vn", "za", "zw", "рф",
}

// datelineCities are set off by a colon alone where Asian papers write them in
// capitals before the text.
var datelineCities = []string{
	"new delhi, mumbai, kolkata, chennai, bengaluru, hyderabad, lucknow, srinagar, jammu, chandigarh, patna, bhopal, jaipur, ahmedabad, pune, guwahati, thiruvananthapuram, kochi, islamabad, karachi, lahore, peshawar, quetta, rawalpindi, dhaka, chattogram, colombo, kathmandu, kuala lumpur, petaling jaya, george town, johor baru, kota kinabalu, kuching, putrajaya, shah alam, ipoh, singapore, jakarta, bangkok, manila, hanoi, beijing, shanghai, hong kong, taipei, seoul, tokyo, sydney, canberra, melbourne, london, washington, new york, paris, berlin, moscow, dubai, riyadh, doha, cairo, tehran, jerusalem, nairobi, lagos, abuja, johannesburg, brussels, geneva, vienna, rome, madrid, kabul, ankara, istanbul, kyiv",
}

// phrases is all that the tables know.
var phrases = func() *trie {
	t := &trie{next: make(map[uint64]uint32), phrases: make([]*phrase, 1)}
	for _, row := range labelRows {
		for words := range strings.SplitSeq(row.words, ", ") {
			spellings := []string{words}
			if row.how&numbered != 0 {
				spellings = append(spellings, words+" \x01", words+"\x01")
			}
			for _, s := range spellings {
				p := t.add(s)
				p.kind = row.kind
				p.how |= row.how
			}
		}
	}
	for _, row := range agencyRows {
		for words := range strings.SplitSeq(row.words, ", ") {
			p := t.add(words)
			p.credit = row.name
			p.how |= row.how
		}
	}
	t.addNames(outletNames, func(p *phrase) { p.outlet = true })
	t.addNames(sectionNames, func(p *phrase) { p.section = true })
	t.addNames(datelineCities, func(p *phrase) { p.city = true })
	t.addNames(closingWords, func(p *phrase) { p.ends = wholeEnding })
	t.addNames(closingStarts, func(p *phrase) { p.ends = openEnding })
	return t
}()

func (t *trie) addNames(rows []string, mark func(*phrase)) {
	for _, row := range rows {
		for name := range strings.SplitSeq(row, ", ") {
			mark(t.add(name))
		}
	}
}

// isOutlet reports whether s is an outlet's name or looks like its domain.
func isOutlet(s string) bool {
	m, ok := phrases.find(s)
	if ok && m.end == len(s) && m.outlet {
		m = m.as(s)
		return m.upper || m.uncased
	}
	return isDomain(s)
}

// isDomain reports whether s looks like the domain of a site: "Stuff.co.nz".
func isDomain(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot < 2 || strings.ContainsAny(s, " /:@") {
		return false
	}
	ending := s[dot+1:]
	if !hasDomainEnding(ending) {
		return false
	}
	for label := range strings.SplitSeq(s[:dot], ".") {
		if label == "" || strings.IndexFunc(label, func(r rune) bool { return r != '-' && !isWordRune(r) }) >= 0 {
			return false
		}
	}
	return utf8.RuneCountInString(s[:strings.IndexByte(s, '.')]) >= 2
}

func hasDomainEnding(ending string) bool {
	for _, known := range domainEndings {
		if strings.EqualFold(known, ending) {
			return true
		}
	}
	return false
}
