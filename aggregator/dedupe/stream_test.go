package dedupe

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"wiredesk/aggregator"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// folding folds entries as ingest does: each is decided on, merges are carried
// out, then the judge is told.
type folding struct {
	judge   *Judge
	entries []aggregator.Entry // entry n has the Seq n+1
	decided []aggregator.Decision
	pins    []aggregator.Pin

	told  []func(*Judge)     // all that changed what the judge knows
	texts []aggregator.Entry // each as it was added
}

func newFolding(opts Options) *folding { return &folding{judge: New(opts)} }

// add folds a new entry, whose Source, text and Seen are set.
func (f *folding) add(e aggregator.Entry) aggregator.Decision {
	e.Seq = uint64(len(f.entries) + 1)
	if e.GUID == "" {
		e.GUID = fmt.Sprint(e.Seq)
	}
	e.ID = aggregator.EntryKey(e.Source, aggregator.KeyGUID, e.GUID)
	e.Canonical = aggregator.CanonicalLink(e.Link)
	reading := f.judge.Read(&e)
	e.Labels = reading.Labels
	d := f.judge.Decide(&e, reading)
	f.merge(d)
	e.Story = d.Story
	f.tell(e)
	f.entries, f.decided = append(f.entries, e), append(f.decided, d)
	return d
}

// revise folds a new text of an entry known already.
func (f *folding) revise(seq uint64, title, summary string, at time.Time) aggregator.Decision {
	e := &f.entries[seq-1]
	e.Title, e.Summary, e.Revised, e.Revision = title, summary, at, e.Revision+1
	reading := f.judge.Read(e)
	e.Labels = reading.Labels
	d := f.judge.Revise(e, reading)
	f.merge(d)
	f.tell(*e)
	f.decided = append(f.decided, d)
	return d
}

// merge moves the members of the story that turned out to be another.
func (f *folding) merge(d aggregator.Decision) {
	if d.Merged.IsZero() {
		return
	}
	for i := range f.entries {
		if e := &f.entries[i]; e.Story == d.Merged {
			f.move(e.Seq, d.Story)
		}
	}
}

func (f *folding) tell(e aggregator.Entry) {
	f.texts = append(f.texts, e)
	f.change(func(j *Judge) { j.Add(&e, j.Read(&e)) })
}

// move gives an entry another story, the zero story to take it back.
func (f *folding) move(seq uint64, to aggregator.StoryID) {
	f.entries[seq-1].Story = to
	f.change(func(j *Judge) { j.Move(seq, to) })
}

func (f *folding) setPins(pins []aggregator.Pin) {
	f.pins = pins
	f.judge.SetPins(pins)
}

func (f *folding) change(what func(*Judge)) {
	what(f.judge)
	f.told = append(f.told, what)
}

func entry(source, title, summary, link string, after time.Duration) aggregator.Entry {
	return aggregator.Entry{Source: source, Title: title, Summary: summary, Link: link, Seen: noon.Add(after)}
}

// tongue makes up the news of a language.
type tongue struct {
	language  string
	syllables string // of which names are made
	space     string // between the parts of a person's name
	happen    []occurrence
}

// occurrence is how wires tell one kind of happening. {a|b} is either, {name},
// {other}, {place}, {firm} are made up, {n} and {m} are numbers.
type occurrence struct{ title, summary string }

// happening is an occurrence with its names and numbers.
type happening struct {
	tongue *tongue
	occurrence
	made map[string]string
}

func (t *tongue) happening(random *rand.Rand) *happening {
	syllables := strings.Fields(t.syllables)
	word := func() string {
		var b strings.Builder
		for range 2 + random.IntN(2) {
			b.WriteString(syllables[random.IntN(len(syllables))])
		}
		first, size := firstLetter(b.String())
		return strings.ToUpper(first) + b.String()[size:]
	}
	kind := t.happen[random.IntN(len(t.happen))]
	if random.IntN(2) == 0 {
		kind = occurrence{t.chatter(random, 4) + t.space + "{name}" + t.space + t.chatter(random, 3), t.chatter(random, 8) + t.space + "{place}" + t.space + t.chatter(random, 6)}
	}
	kind.summary += t.space + t.chatter(random, 10)
	return &happening{t, kind, map[string]string{
		"name": word() + t.space + word(), "other": word() + t.space + word(), "place": word(), "firm": word(),
		"n": fmt.Sprint(2 + random.IntN(60)), "m": fmt.Sprint(100 + random.IntN(8900)),
	}}
}

// chatter strings words of the tongue together.
func (t *tongue) chatter(random *rand.Rand, n int) string {
	var words []string
	for _, o := range t.happen {
		words = append(words, strings.FieldsFunc(o.title+" "+o.summary, func(r rune) bool { return strings.ContainsRune(" {}|，。.,", r) })...)
	}
	said := make([]string, n)
	for i := range said {
		said[i] = words[random.IntN(len(words))]
	}
	return strings.Join(said, t.space)
}

func firstLetter(s string) (string, int) {
	for i := range s {
		if i > 0 {
			return s[:i], i
		}
	}
	return s, len(s)
}

// tell returns what a source writes of the happening, each time in other words.
func (h *happening) tell(random *rand.Rand, source string, seen time.Time) aggregator.Entry {
	e := aggregator.Entry{Source: source, Language: h.tongue.language, Title: h.write(random, h.title), Seen: seen}
	if random.IntN(6) > 0 {
		e.Summary = h.write(random, h.summary)
	}
	return e
}

func (h *happening) write(random *rand.Rand, text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		inside, after, _ := strings.Cut(rest, "}")
		if made := h.made[inside]; made != "" {
			b.WriteString(made)
		} else {
			ways := strings.Split(inside, "|")
			b.WriteString(ways[random.IntN(len(ways))])
		}
		text = after
	}
}

// news returns about n entries of a language's news of some sources, evenly
// over the time from, in order: most happenings are told once, some by several.
func (t *tongue) news(random *rand.Rand, n int, from time.Time, lasting time.Duration) []aggregator.Entry {
	var entries []aggregator.Entry
	for len(entries) < n {
		h, at := t.happening(random), time.Duration(random.Int64N(int64(lasting)))
		for tellings := max(1, random.IntN(9)-5); tellings > 0; tellings-- {
			source := fmt.Sprint(t.language, random.IntN(12))
			entries = append(entries, h.tell(random, source, from.Add(at).Truncate(time.Second)))
			at = min(at+time.Duration(random.IntN(120))*time.Minute, lasting)
		}
	}
	slices.SortStableFunc(entries, func(a, b aggregator.Entry) int { return a.Seen.Compare(b.Seen) })
	return entries
}

var tongues = []*tongue{
	{"en", "nor vik hal den kel mar bra ko tol vane dun mere as ker res tall ost rin pel ham stro vey", " ", []occurrence{
		{"{Police arrest|Officers detain} {n} after {protest|clashes} in {place}", "Police in {place} {said|said on Monday} they had {arrested|detained} {n} people after a protest against the {new|planned} law turned violent, officials said."},
		{"{name} wins {place} {election|presidential vote}", "Opposition leader {name} {won|has won} the election in {place} with {n} percent of the vote, the electoral commission said."},
		{"{firm} {to buy|agrees to buy} {place} rival for ${m} million", "{firm} said it had agreed to buy a rival in a ${m} million deal {expected to close|that should close} next year, pending approval by regulators."},
		{"{place} {beat|defeat} {firm} {n}-1 in {cup|league} {match|game}", "{name} scored twice as {place} beat {firm} on {Saturday|Sunday} to move {top|second} in the league, with the coach praising the team."},
		{"{firm} quarterly {profit|net profit} {rises|falls} {n}%", "{firm} reported a {rise|fall} of {n}% in quarterly profit to {m} million, helped by {strong|weak} demand, and kept its outlook for the year."},
		{"Magnitude {4|5}.{n} earthquake strikes near {place}", "An earthquake struck {n} km from {place}, the geological survey said. There were no immediate reports of damage or casualties."},
		{"{place} reports {m} new {cases|infections}, {n} deaths", "Health officials in {place} reported {m} new cases of the virus and {n} deaths in the past 24 hours, the ministry said."},
		{"{Fire|Blaze} at {place} {factory|warehouse} kills {n}", "A fire at a factory in {place} killed at least {n} people, the emergency services said, as rescuers searched for survivors."},
		{"Central bank of {place} {raises|cuts|holds} {interest rates|key rate}", "The central bank in {place} {raised|cut} its key interest rate by {n} basis points, citing inflation and growth, governor {name} said."},
		{"{name} {resigns|steps down} as {place} {minister|mayor}", "{name} resigned on Monday over {the handling of|an inquiry into} a contract worth {m} million, saying the decision was in the interest of the government."},
		{"{Court|Judge} {jails|sentences} {name} for {n} years", "A court in {place} sentenced {name} to {n} years in prison for {fraud|corruption}, prosecutors said; lawyers said they would appeal."},
		{"{Bus|Train} crash near {place} {kills|injures} {n}", "A {bus|train} carrying {n} passengers crashed on a road near {place}, killing and injuring many, police and witnesses said."},
		{"{place} {signs|agrees} trade {deal|pact} with {firm}", "The two governments signed a trade agreement covering {m} products after {n} months of talks, the foreign ministry said."},
		{"{Storm|Floods} {hit|hits} {place}, thousands {flee|without power}", "Heavy rain and strong winds hit {place}, leaving {m} homes without power and forcing {n} schools to close, officials said."},
		{"{name} {releases|announces} new {album|film|book}", "{name} will release a new work in the spring, the first in {n} years, and tour {place} and other cities."},
		{"Stocks in {place} close {higher|lower} as {banks|oil} {gain|slip}", "The main index closed at {m} points, with investors waiting for data on jobs and inflation; {firm} shares rose {n}%."},
		{"{firm} workers {strike|walk out} over pay in {place}", "Hundreds of workers at {firm} went on strike over pay and conditions, the union said, after {n} days of talks with the company failed."},
		{"UN envoy {name} {calls for|urges} ceasefire in {place}", "The United Nations envoy urged all sides in {place} to stop fighting, after {n} civilians were killed in an attack, diplomats said."},
	}},
	{"ar", "نور فيك هل دن كل مار برا كو تول فان دن مير اس كر رس تال بل هام سر فاي", " ", []occurrence{
		{"{الشرطة توقف|توقيف} {n} شخصا بعد احتجاجات في {place}", "أعلنت الشرطة في {place} توقيف {n} شخصا بعد احتجاجات على القانون الجديد تحولت إلى أعمال عنف، وفق مسؤولين."},
		{"{name} يفوز في انتخابات {place}", "فاز زعيم المعارضة {name} في الانتخابات الرئاسية في {place} بنسبة {n} في المئة من الأصوات، بحسب لجنة الانتخابات."},
		{"شركة {firm} {تشتري|توافق على شراء} منافستها بقيمة {m} مليون دولار", "قالت شركة {firm} إنها وافقت على شراء منافستها في صفقة بقيمة {m} مليون دولار يتوقع أن تكتمل العام المقبل."},
		{"{place} {يهزم|يفوز على} {firm} في {الدوري|الكأس}", "سجل {name} هدفين ليقود {place} إلى الفوز على {firm} ويصعد إلى {صدارة|المركز الثاني في} الدوري."},
		{"{ارتفاع|تراجع} أرباح {firm} الفصلية {n} بالمئة", "أعلنت شركة {firm} {ارتفاع|تراجع} أرباحها الفصلية {n} بالمئة إلى {m} مليون، وأبقت على توقعاتها للعام."},
		{"زلزال بقوة {4|5}.{n} درجات يضرب {place}", "ضرب زلزال منطقة تبعد {n} كيلومترا عن {place}، ولم ترد تقارير فورية عن أضرار أو إصابات، وفق هيئة المسح الجيولوجي."},
		{"{place} تسجل {m} إصابة جديدة و{n} وفاة", "أعلنت وزارة الصحة في {place} تسجيل {m} إصابة جديدة بالفيروس و{n} وفاة خلال الساعات الأربع والعشرين الماضية."},
		{"{حريق|اندلاع حريق} في مصنع في {place} يقتل {n}", "لقي {n} أشخاص على الأقل مصرعهم في حريق بمصنع في {place}، وفق الدفاع المدني، فيما تواصل فرق الإنقاذ البحث عن ناجين."},
		{"البنك المركزي في {place} {يرفع|يخفض|يثبت} سعر الفائدة", "{رفع|خفض} البنك المركزي في {place} سعر الفائدة {n} نقطة أساس بسبب التضخم والنمو، وفق محافظ البنك {name}."},
		{"استقالة {name} من {منصبه|الحكومة} في {place}", "استقال {name} من منصبه بسبب عقد بقيمة {m} مليون، وقال إن القرار لمصلحة الحكومة."},
		{"{محكمة|القضاء} {تسجن|يحكم على} {name} {n} سنوات", "حكمت محكمة في {place} على {name} بالسجن {n} سنوات بتهمة الفساد، وقال المحامون إنهم سيستأنفون الحكم."},
		{"حادث {حافلة|قطار} قرب {place} يخلف {n} {قتيلا|جريحا}", "قتل وأصيب العشرات في حادث على طريق قرب {place} كان على متنها {n} راكبا، وفق الشرطة وشهود."},
		{"{place} توقع اتفاقا تجاريا مع {firm}", "وقعت الحكومتان اتفاقا تجاريا يشمل {m} سلعة بعد محادثات استمرت {n} شهرا، بحسب وزارة الخارجية."},
		{"{عاصفة|فيضانات} تضرب {place} وآلاف بلا كهرباء", "ضربت أمطار غزيرة ورياح قوية {place} وتركت {m} منزل بلا كهرباء وأغلقت {n} مدرسة، وفق مسؤولين."},
		{"الأسهم في {place} تغلق على {ارتفاع|انخفاض}", "أغلق المؤشر الرئيسي عند {m} نقطة فيما ينتظر المستثمرون بيانات التضخم، وارتفع سهم {firm} {n} بالمئة."},
		{"إضراب عمال {firm} في {place} بسبب الأجور", "بدأ مئات العمال في {firm} إضرابا بسبب الأجور بعد فشل محادثات استمرت {n} أيام مع الشركة، وفق النقابة."},
		{"المبعوث الأممي {name} يدعو إلى وقف النار في {place}", "دعا مبعوث الأمم المتحدة الأطراف في {place} إلى وقف القتال بعد مقتل {n} مدنيا في هجوم، وفق دبلوماسيين."},
	}},
	{"ru", "нор вик хал ден кел мар бра ко тол ван дун мер ас кер рес тал ост рин пел хам", " ", []occurrence{
		{"{Полиция задержала|Задержаны} {n} человек после протестов в {place}", "Полиция в {place} задержала {n} человек после протеста против нового закона, сообщили власти в понедельник."},
		{"{name} {победил|побеждает} на выборах в {place}", "Лидер оппозиции {name} победил на выборах, набрав {n} процентов голосов, сообщила избирательная комиссия."},
		{"Компания {firm} {купит|договорилась купить} конкурента за {m} млн долларов", "Компания {firm} сообщила о покупке конкурента за {m} млн долларов, сделка должна быть закрыта в будущем году."},
		{"{place} {обыграл|победил} {firm} в матче {чемпионата|кубка}", "Два гола {name} принесли победу команде {place} над {firm}, команда вышла на {первое|второе} место."},
		{"Прибыль {firm} {выросла|упала} на {n}% в квартале", "Квартальная прибыль компании {firm} {выросла|упала} на {n}% до {m} млн, прогноз на год сохранен."},
		{"Землетрясение магнитудой {4|5},{n} произошло {у|близ} {place}", "Землетрясение произошло в {n} км от {place}, сообщила геологическая служба. Данных о пострадавших и разрушениях нет."},
		{"В {place} {выявили|зарегистрировали} {m} новых случаев", "Министерство здравоохранения сообщило о {m} новых случаях заражения вирусом и {n} смертях за сутки в {place}."},
		{"{n} человек погибли при пожаре на {заводе|складе} в {place}", "По меньшей мере {n} человек погибли при пожаре в {place}, сообщили спасатели, поиски выживших продолжаются."},
		{"Центробанк {place} {повысил|снизил|сохранил} ключевую ставку", "Центральный банк {place} изменил ключевую ставку на {n} базисных пунктов из-за инфляции, заявил глава банка {name}."},
		{"{name} {ушел|уходит} в отставку в {place}", "{name} ушел в отставку из-за контракта на {m} млн, заявив, что решение принято в интересах правительства."},
		{"{Суд приговорил|Приговорен} {name} к {n} годам", "Суд в {place} приговорил {name} к {n} годам тюрьмы за коррупцию, адвокаты намерены обжаловать приговор."},
		{"{Автобус|Поезд} попал в аварию под {place}, {n} пострадавших", "Авария произошла на дороге под {place}, в автобусе было {n} пассажиров, сообщили полиция и очевидцы."},
		{"{place} {подписал|заключил} торговое соглашение с {firm}", "Правительства подписали торговое соглашение о {m} товарах после {n} месяцев переговоров, сообщил МИД."},
		{"{Ураган|Наводнение} в {place}: тысячи домов без света", "Сильные дожди и ветер оставили без электричества {m} домов в {place}, закрыты {n} школ, сообщили власти."},
		{"Биржа в {place} закрылась {ростом|падением}", "Основной индекс закрылся на отметке {m} пунктов, инвесторы ждут данных по инфляции, акции {firm} выросли на {n}%."},
		{"Рабочие {firm} {бастуют|начали забастовку} в {place}", "Сотни рабочих компании {firm} начали забастовку из-за зарплаты после {n} дней переговоров, сообщил профсоюз."},
		{"Посланник ООН {name} призвал к перемирию в {place}", "Посланник ООН призвал стороны в {place} прекратить бои после гибели {n} мирных жителей, сообщили дипломаты."},
	}},
	{"fr", "nor vic hal den quel mar bra co tol vane dun mère as quer res tal ost rin pel ham", " ", []occurrence{
		{"{n} {interpellations|arrestations} après des {heurts|manifestations} à {place}", "La police de {place} a interpellé {n} personnes après une manifestation contre la nouvelle loi, selon les autorités."},
		{"{name} {remporte|gagne} l'élection à {place}", "Le chef de l'opposition {name} a remporté l'élection avec {n} % des voix, a annoncé la commission électorale."},
		{"{firm} {rachète|va racheter} un concurrent pour {m} millions", "{firm} a annoncé le rachat d'un concurrent pour {m} millions de dollars, une opération attendue l'an prochain."},
		{"{place} {bat|domine} {firm} en {championnat|coupe}", "Un doublé de {name} a permis à {place} de battre {firm} et de prendre la {première|deuxième} place du classement."},
		{"Bénéfice en {hausse|baisse} de {n}% pour {firm}", "{firm} a publié un bénéfice trimestriel en {hausse|baisse} de {n}% à {m} millions et maintient ses prévisions annuelles."},
		{"Séisme de magnitude {4|5},{n} près de {place}", "Un séisme a frappé à {n} km de {place}, selon l'institut géologique, sans faire de morts ni de dégâts."},
		{"{m} nouveaux cas à {place}", "Les autorités sanitaires de {place} ont fait état de {m} nouveaux cas et de {n} décès en 24 heures, selon le ministère."},
		{"Incendie {meurtrier|dans une usine} à {place} : {n} morts", "Au moins {n} personnes ont péri dans l'incendie d'une usine à {place}, ont indiqué les secours, qui cherchent des survivants."},
		{"La banque centrale de {place} {relève|abaisse|maintient} son taux directeur", "La banque centrale a modifié son taux de {n} points de base en raison de l'inflation, selon le gouverneur {name}."},
		{"{name} {démissionne|quitte ses fonctions} à {place}", "{name} a démissionné à cause d'un contrat de {m} millions, une décision prise dans l'intérêt du gouvernement."},
		{"{name} condamné à {n} ans de prison", "Un tribunal de {place} a condamné {name} à {n} ans de prison pour corruption, ses avocats feront appel."},
		{"Accident de {car|train} près de {place} : {n} blessés", "Un accident sur une route près de {place} a fait {n} blessés parmi les voyageurs, selon la police et des témoins."},
		{"Accord commercial entre {place} et {firm}", "Les deux gouvernements ont signé un accord sur {m} produits après {n} mois de négociations, selon la diplomatie."},
		{"{Tempête|Inondations} à {place}, des milliers de foyers privés d'électricité", "De fortes pluies et des vents violents ont privé {m} foyers d'électricité à {place} et fermé {n} écoles."},
		{"La Bourse de {place} {termine|finit} en {hausse|baisse}", "Le principal indice a terminé à {m} points, les investisseurs attendant l'inflation ; {firm} a gagné {n}%."},
		{"{Grève|Débrayage} chez {firm} à {place}", "Des centaines de salariés de {firm} ont cessé le travail pour leur paie après {n} jours de discussions, selon le syndicat."},
		{"L'émissaire de l'ONU {name} appelle à une trêve à {place}", "L'émissaire des Nations unies a appelé à cesser les combats à {place} après la mort de {n} civils, selon des diplomates."},
	}},
	{"zh", "诺 维 克 哈 尔 登 凯 玛 布 拉 科 托 文 邓 米 阿 斯 雷 塔 奥 林 佩 罗 萨 德", "", []occurrence{
		{"{place}抗议后警方{逮捕|拘留}{n}人", "{place}警方表示，在反对新法的抗议活动演变为暴力后，已逮捕{n}人。"},
		{"{name}在{place}选举中{获胜|胜出}", "选举委员会宣布，反对党领袖{name}以{n}%的得票率赢得{place}总统选举。"},
		{"{firm}公司{将以|拟以}{m}万美元收购竞争对手", "{firm}公司宣布同意收购竞争对手，交易金额{m}万美元，预计明年完成，仍需监管部门批准。"},
		{"{place}队{击败|战胜}{firm}队", "{name}梅开二度，帮助{place}队在联赛中战胜{firm}队，升至积分榜第{一|二}位。"},
		{"{firm}季度净利润{增长|下降}{n}%", "{firm}公司公布季度净利润{增长|下降}{n}%，至{m}万元，维持全年预期不变。"},
		{"{place}附近发生{4|5}.{n}级地震", "地质部门说，距{place}{n}公里处发生地震，暂无人员伤亡和财产损失的报告。"},
		{"{place}新增{m}例确诊病例", "{place}卫生部门通报，过去24小时新增确诊病例{m}例，死亡{n}例。"},
		{"{place}一{工厂|仓库}火灾致{n}人死亡", "消防部门说，{place}一家工厂发生火灾，至少{n}人遇难，救援人员仍在搜寻幸存者。"},
		{"{place}央行{上调|下调|维持}基准利率", "{place}中央银行行长{name}宣布，由于通货膨胀，将基准利率调整{n}个基点。"},
		{"{name}{辞去|宣布辞去}{place}部长职务", "{name}因一份价值{m}万元的合同辞职，称此举符合政府利益。"},
		{"{name}因贪腐被判{n}年", "{place}法院以贪腐罪判处{name}{n}年有期徒刑，其律师表示将上诉。"},
		{"{place}附近{客车|列车}事故致{n}人受伤", "警方和目击者说，一辆载有{n}名乘客的客车在{place}附近公路发生事故。"},
		{"{place}与{firm}签署贸易协定", "两国政府经过{n}个月谈判，签署涵盖{m}种商品的贸易协定，外交部表示欢迎。"},
		{"{place}遭遇{暴雨|洪水} 数千户停电", "强降雨和大风袭击{place}，造成{m}户停电，{n}所学校停课。"},
		{"{place}股市{收涨|收跌}", "主要股指收于{m}点，投资者等待通胀数据，{firm}股价上涨{n}%。"},
		{"{firm}工人在{place}罢工要求加薪", "工会说，与公司谈判{n}天未果后，{firm}数百名工人开始罢工。"},
		{"联合国特使{name}呼吁{place}停火", "联合国特使呼吁各方停止战斗，此前一次袭击造成{n}名平民死亡。"},
	}},
}
