package dedupe

import "wiredesk/aggregator"

// setting says how a phrase of the tables is set off from the headline it
// stands with. Without any, it must be followed by a colon, a dash, a bar or
// an exclamation mark, or in capitals by dots, a full stop or a slash; in
// brackets it may stand at either end. Where a script has no capitals, every
// word counts as in capitals.
type setting uint16

const (
	tight    setting = 1 << iota // also in capitals by a hyphen without a space: "CORRECTED-Ferry sinks"
	titled                       // and in small letters, before a capital: "Factbox-Who is who"
	bare                         // also in capitals by a space: "عاجل وزير …"
	atEnd                        // also last, after a dash or a bar: "… – live"
	closing                      // also after the subject of a section: "Budget LIVE: …"
	numbered                     // a number may go with it: "UPDATE 2-", "2nd LEAD"
	capitals                     // only in capitals: the word is common, or a name
	boxed                        // only in brackets: "[종합]"
	late                         // of an agency: not at the start, where it is a company or a party
)

// labelRow holds the spellings of one label, parted by commas. Case, accents
// and vowel points don't count.
type labelRow struct {
	kind  aggregator.LabelKind
	how   setting
	words string
}

// labelRows is what wires print beside headlines, by language. A background
// piece (factbox, timeline, preview) is told from its wire's point of view and
// counts as opinion; a text sent again counts as a refile.
var labelRows = []labelRow{
	// English
	{aggregator.LabelUrgent, tight, "urgent, newsalert, ap newsalert, news alert, newsflash, news flash"},
	{aggregator.LabelUrgent, bare | tight, "breaking news, just in, this just in"},
	{aggregator.LabelUrgent, 0, "breaking, developing, developing story, breaking overnight"},
	{aggregator.LabelUrgent, capitals | tight, "snap, flash, alert"},
	{aggregator.LabelExclusive, tight | titled | atEnd, "exclusive, reuters exclusive, ap exclusive, afp exclusive, exclusive interview, scoop, world exclusive"},
	{aggregator.LabelUpdate, tight | numbered, "update, updated"},
	{aggregator.LabelUpdate, capitals | tight | numbered, "lead, ld"},
	{aggregator.LabelUpdate, tight | numbered, "ld-writethru, lead-writethru, writethru"},
	{aggregator.LabelUpdate, numbered | boxed, "second lead, third lead, fourth lead, second ld, third ld"},
	{aggregator.LabelCorrection, tight | titled | atEnd, "corrected, correction, corrections, clarification, clarified, corrected (official), correction (official), corrects headline, fixes headline, editor's correction"},
	{aggregator.LabelCorrection, capitals | tight, "corrected repeat, cor, corr"},
	{aggregator.LabelRefile, tight | titled, "refile, refiled, rpt"},
	{aggregator.LabelRefile, capitals | tight, "repeat, resend, resending"},
	{aggregator.LabelRefile, 0, "icymi, in case you missed it, from the archives"},
	{aggregator.LabelWithdrawal, capitals | tight, "kill, bulletin kill, mandatory kill, story kill, eliminate, withdrawal"},
	{aggregator.LabelWithdrawal, tight, "withdrawn, story withdrawn, this story has been withdrawn, retraction, retracted, story removed"},
	{aggregator.LabelRoundup, tight | titled | numbered, "wrapup, wrap-up, roundup, round-up, news roundup, news wrap, news summary"},
	{aggregator.LabelRoundup, closing, "morning briefing, evening briefing, daily briefing, coronavirus briefing, morning digest, news digest, news in brief, week in review, top stories, top news, ap top news, top 10 news, the week in pictures, recap, headlines, newspaper headlines, xinhua headlines, what happened today"},
	{aggregator.LabelRoundup, atEnd, "your monday briefing, your tuesday briefing, your wednesday briefing, your thursday briefing, your friday briefing, your weekend briefing, your evening briefing, your morning briefing"},
	{aggregator.LabelBrief, tight, "brief, briefs, in brief"},
	{aggregator.LabelBrief, capitals | tight, "advisory, media advisory"},
	{aggregator.LabelLive, atEnd | closing, "live, live updates, live update, live blog, liveblog, live coverage, live news, live report, live ticker, latest updates, updates live, as it happened, as they happened, live business updates, world updates, live briefing"},
	{aggregator.LabelLive, 0, "the latest, latest, watch live, live stream, livestream, rolling coverage, rolling updates, listen live"},
	{aggregator.LabelLive, bare, "live now"},
	{aggregator.LabelOpinion, tight | titled | atEnd, "analysis, news analysis, opinion, op-ed, commentary, comment, editorial, explainer, factbox, viewpoint, ap explains, ap analysis, breakingviews"},
	{aggregator.LabelOpinion, tight | titled, "column, insight, timeline, interview, newsmaker, special report, instant view, preview"},
	{aggregator.LabelOpinion, tight, "columnist, perspective, xinhua commentary, xinhua insight, fact box, fact check, ap fact check, factcheck, fact file, explained, q&a, q+a, profile, obituary, letters, letter to the editor, news focus, focus, ap interview, yonhap interview, curtain-raiser, feature, features, yonhap feature, xinhua feature, big read, long read, review, essay, backgrounder, spotlight"},
	{aggregator.LabelMedia, atEnd, "video, videos, video report, photos, photo, pictures, in pictures, in photos, photo gallery, gallery, slideshow, podcast, audio, watch, photos and video, video and photos, with video, raw video, infographic, graphic, interactive"},
	{aggregator.LabelMedia, 0, "photo essay, ap photos, album, listen, replay, caught on video, caught on camera, tablet interactive, globalink, must watch, cartoon"},
	{aggregator.LabelMedia, closing, "podcast"},

	// Arabic
	{aggregator.LabelUrgent, bare | tight, "عاجل, خبر عاجل, عاجل جدا, عاجل وهام"},
	{aggregator.LabelExclusive, atEnd, "حصري, حصريا, خاص, انفراد, انفراد خاص"},
	{aggregator.LabelUpdate, numbered, "تحديث, محدث, متابعة, اضافة"},
	{aggregator.LabelCorrection, 0, "تصحيح, تصويب, توضيح, تصحيح خبر, استدراك"},
	{aggregator.LabelRefile, 0, "اعادة, مكرر, تكرار"},
	{aggregator.LabelWithdrawal, 0, "سحب, الغاء, الغاء خبر, سحب خبر, يلغى, ملغى"},
	{aggregator.LabelRoundup, 0, "نشرة الاخبار, موجز الاخبار, حصاد اليوم, حصاد, اهم الاخبار, جولة الصحافة, ابرز عناوين الصحف"},
	{aggregator.LabelBrief, 0, "موجز, باختصار"},
	{aggregator.LabelLive, atEnd, "مباشر, مباشرة, على الهواء"},
	{aggregator.LabelLive, atEnd | closing, "بث مباشر, تغطية مباشرة, تغطية مستمرة, لحظة بلحظة, البث المباشر"},
	{aggregator.LabelOpinion, atEnd, "تحليل, راي, مقال, تعليق, تقرير اخباري, تحليل اخباري, افتتاحية, وجهة نظر, تحليل سياسي"},
	{aggregator.LabelOpinion, 0, "مقابلة, حوار, خلفية, تسلسل زمني, لقاء خاص"},
	{aggregator.LabelMedia, bare | atEnd, "بالفيديو, بالصور, بالفيديو والصور, بالصور والفيديو, بالفيديوغراف, بالانفوغراف"},
	{aggregator.LabelMedia, atEnd, "فيديو, صور, فيديو وصور, صور وفيديو, شاهد, شاهد الفيديو, شاهد بالفيديو, انفوغرافيك, انفوجرافيك, انفوغراف, انفوجراف, بودكاست, البوم صور, كاريكاتير"},

	// Persian, Urdu
	{aggregator.LabelUrgent, 0, "فوري, خبر فوري, بریکنگ نیوز, بریکنگ, فوری خبر"},
	{aggregator.LabelExclusive, 0, "اختصاصی, اختصاصي, خصوصی, انحصاری"},
	{aggregator.LabelUpdate, numbered, "بهروزرسانی, به روز رسانی, اپ ڈیٹ"},
	{aggregator.LabelCorrection, 0, "اصلاحیه, تصحیح"},
	{aggregator.LabelLive, atEnd, "زنده, پخش زنده, لحظه به لحظه, براہ راست, لائیو"},
	{aggregator.LabelOpinion, 0, "تحلیل, یادداشت, سرمقاله, گفتگو, تجزیہ, کالم"},
	{aggregator.LabelMedia, atEnd, "ویدئو, ویدیو, عکس, تصاویر, فیلم, گزارش تصویری, ویڈیو, پادکست, اینفوگرافیک, فیلم و عکس, عکس و فیلم"},

	// Russian, Ukrainian, Bulgarian
	{aggregator.LabelUrgent, bare | tight, "срочно, экстренно, терміново, срочная новость, блискавка, извънредно"},
	{aggregator.LabelUrgent, bare | tight | capitals, "молния"},
	{aggregator.LabelExclusive, tight | atEnd, "эксклюзив, ексклюзив, эксклюзивно, только у нас, ексклузивно"},
	{aggregator.LabelUpdate, tight | numbered | atEnd, "обновление, обновлено, дополнение, дополнено, дополняется, обновляется, оновлення, оновлено, доповнено, доповнюється, обновена"},
	{aggregator.LabelCorrection, tight | atEnd, "исправление, исправлено, уточнение, уточнено, виправлення, уточнення, опровержение, корекция"},
	{aggregator.LabelRefile, tight, "повтор, повторно"},
	{aggregator.LabelWithdrawal, capitals | tight, "отзыв, аннулировано, отозвано, аннулирование, анулювано, аннуляция"},
	{aggregator.LabelRoundup, tight | numbered, "обобщение, сводка, итоги дня, главное за день, главное, дайджест, дайджест новостей, підсумки дня, обзор прессы"},
	{aggregator.LabelBrief, tight, "коротко, кратко"},
	{aggregator.LabelLive, 0, "онлайн, хроника, наживо, на живо"},
	{aggregator.LabelLive, atEnd | closing, "трансляция, прямая трансляция, прямой эфир, онлайн-трансляция, текстовая трансляция, пряма трансляція"},
	{aggregator.LabelOpinion, tight | atEnd, "мнение, аналитика, анализ, обзор, комментарий, интервью, колонка, справка, фокус, инсайт, думка, аналіз, інтерв'ю, мнения, аналитики, аналитический обзор, коментар"},
	{aggregator.LabelMedia, atEnd, "видео, фото, видео и фото, фото и видео, фоторепортаж, видеорепортаж, инфографика, фотогалерея, подкаст, відео, фоторепортаж, інфографіка, фото и видео, фото та відео, снимки"},

	// French
	{aggregator.LabelUrgent, tight, "alerte, alerte info, flash info, info flash, flash spécial"},
	{aggregator.LabelUrgent, bare, "dernière minute"},
	{aggregator.LabelExclusive, tight | atEnd, "exclusif, exclu, exclusivité, info exclusive, en exclusivité"},
	{aggregator.LabelUpdate, tight | numbered, "mise à jour, actualisation, actualisé, actualisée, maj, avec actualisation"},
	{aggregator.LabelCorrection, tight, "rectificatif, rectification, erratum, corrigé, précision"},
	{aggregator.LabelRefile, capitals | tight, "répétition, rediffusion"},
	{aggregator.LabelWithdrawal, capitals | tight, "annulation, annulé, annulée, dépêche annulée, retrait"},
	{aggregator.LabelRoundup, tight | numbered, "papier général, synthèse, revue de presse, l'essentiel, récapitulatif, l'essentiel de l'actualité"},
	{aggregator.LabelBrief, capitals | tight, "encadré, en bref, brèves"},
	{aggregator.LabelLive, 0, "direct, en continu, direct vidéo"},
	{aggregator.LabelLive, closing | atEnd, "en direct, suivi en direct, suivez le direct, revivez le direct"},
	{aggregator.LabelOpinion, tight | atEnd, "analyse, tribune, éditorial, édito, chronique, décryptage, opinions, point de vue, le billet, eclairage"},
	{aggregator.LabelOpinion, capitals | tight, "entretien, portrait, reportage, enquête, repères, chronologie, avant-papier, dossier"},
	{aggregator.LabelMedia, atEnd, "vidéo, vidéos, en images, en vidéo, photos et vidéo, diaporama, infographie, en photos"},

	// German
	{aggregator.LabelUrgent, tight, "eil, eilmeldung, eilt"},
	{aggregator.LabelExclusive, atEnd, "exklusiv"},
	{aggregator.LabelUpdate, tight | numbered, "aktualisierung, aktualisiert, neufassung, zusammenfassung"},
	{aggregator.LabelCorrection, tight, "korrektur, berichtigung, korrigiert, richtigstellung, klarstellung"},
	{aggregator.LabelRefile, tight, "wdh, wiederholung"},
	{aggregator.LabelWithdrawal, capitals | tight, "zurückgezogen, achtung zurückgezogen, meldung zurückgezogen"},
	{aggregator.LabelRoundup, numbered, "überblick, tagesüberblick, presseschau, pressestimmen, nachrichtenüberblick, gesamtzusammenfassung"},
	{aggregator.LabelBrief, capitals, "kurz, kurzmeldung, kurzmeldungen"},
	{aggregator.LabelLive, atEnd | closing, "liveticker, live-ticker, newsblog, liveblog, live-blog, newsticker, im liveticker, im livestream, livestream, live-stream"},
	{aggregator.LabelOpinion, atEnd, "kommentar, meinung, leitartikel, hintergrund, analyse, gastbeitrag, kolumne"},
	{aggregator.LabelMedia, atEnd, "bilder, fotostrecke, bildergalerie, im video, mit video"},

	// Spanish, Catalan
	{aggregator.LabelUrgent, bare | tight, "última hora, urgentísimo"},
	{aggregator.LabelUrgent, tight, "urgente, alerta informativa"},
	{aggregator.LabelUrgent, capitals | tight, "alerta, avance, av"},
	{aggregator.LabelExclusive, tight | atEnd, "exclusiva, exclusivo, en exclusiva"},
	{aggregator.LabelUpdate, tight | numbered, "actualización, actualiza, actualizado, actualizada, ampliación, amplía"},
	{aggregator.LabelUpdate, capitals | tight | numbered, "ampl, amp"},
	{aggregator.LabelCorrection, tight, "corrección, corrige, corregido, rectificación, rectifica, fe de errores, fe de erratas, aclaración"},
	{aggregator.LabelRefile, capitals | tight, "repetición, repite"},
	{aggregator.LabelWithdrawal, capitals | tight, "anulada, anulado, anulación, nota anulada, anula"},
	{aggregator.LabelRoundup, tight | numbered, "resumen, resumen de noticias, rsm, panorama, las noticias del día, titulares del día, crónica"},
	{aggregator.LabelLive, 0, "directo"},
	{aggregator.LabelLive, atEnd | closing, "en vivo, en directo, minuto a minuto, última hora en directo, en viu, en directe"},
	{aggregator.LabelOpinion, atEnd, "análisis, opinión, columna, tribuna, reportaje, entrevista, previa, la previa, cronología, perfil, claves"},
	{aggregator.LabelMedia, atEnd, "vídeo, vídeos, fotos, en imágenes, imágenes, fotogalería, galería, fotos y vídeo, en fotos"},

	// Portuguese
	{aggregator.LabelUrgent, bare, "plantão, última hora, urgente agora"},
	{aggregator.LabelUpdate, tight | numbered, "atualização, atualiza, atualizado, atualizada"},
	{aggregator.LabelCorrection, tight, "correção, corrigido, retificação, errata, erramos"},
	{aggregator.LabelWithdrawal, capitals | tight, "cancelada, cancelado, nota cancelada"},
	{aggregator.LabelLive, atEnd | closing, "ao vivo, em direto, em direto agora, tempo real, em tempo real, ao minuto"},
	{aggregator.LabelOpinion, atEnd, "análise, opinião, coluna, artigo, editorial"},
	{aggregator.LabelMedia, atEnd, "em imagens, veja vídeo, veja fotos, assista"},

	// Italian
	{aggregator.LabelUrgent, bare | tight, "ultim'ora, ultimora, ultima ora"},
	{aggregator.LabelExclusive, atEnd, "esclusiva, esclusivo, in esclusiva"},
	{aggregator.LabelUpdate, tight | numbered, "aggiornamento, aggiornato"},
	{aggregator.LabelCorrection, tight, "rettifica, correzione, precisazione"},
	{aggregator.LabelWithdrawal, capitals | tight, "annullare, annulla, annullamento, annullata"},
	{aggregator.LabelRoundup, 0, "punto, il punto, rassegna stampa, riepilogo"},
	{aggregator.LabelLive, closing | atEnd, "in diretta, la diretta, diretta live, minuto per minuto"},
	{aggregator.LabelLive, 0, "diretta"},
	{aggregator.LabelOpinion, 0, "analisi, commento, opinione, intervista, scheda, l'editoriale, approfondimento, editoriale"},
	{aggregator.LabelMedia, atEnd, "foto, le foto, il video, foto e video, fotogallery"},

	// Turkish, Azerbaijani
	{aggregator.LabelUrgent, bare | tight, "son dakika, son dəqiqə, flaş, flaş haber, acil"},
	{aggregator.LabelExclusive, atEnd, "özel haber, özel, eksklüziv"},
	{aggregator.LabelUpdate, tight | numbered, "güncelleme, güncellendi, yeniləndi"},
	{aggregator.LabelCorrection, tight, "düzeltme, tekzip, tashih"},
	{aggregator.LabelWithdrawal, capitals | tight, "iptal, haber iptali"},
	{aggregator.LabelRoundup, 0, "özet, günün özeti, haber özeti, derleme"},
	{aggregator.LabelLive, 0, "canlı"},
	{aggregator.LabelLive, atEnd | closing, "canlı yayın, canlı anlatım, canlı blog"},
	{aggregator.LabelOpinion, atEnd, "analiz, görüş, yorum, röportaj, köşe yazısı, portre"},
	{aggregator.LabelMedia, atEnd, "fotoğraf, fotoğraflar, foto galeri, fotogaleri, video haber, görüntülü haber, grafik, izle"},

	// Hindi, Bengali
	{aggregator.LabelUrgent, bare, "ब्रेकिंग न्यूज, ब्रेकिंग न्यूज़, ब्रेकिंग, ताजा खबर, ব্রেকিং নিউজ, ব্রেকিং"},
	{aggregator.LabelExclusive, 0, "एक्सक्लूसिव, এক্সক্লুসিভ"},
	{aggregator.LabelUpdate, numbered, "अपडेट, আপডেট"},
	{aggregator.LabelCorrection, 0, "भूल सुधार, সংশোধনী"},
	{aggregator.LabelLive, atEnd | closing, "लाइव, लाइव अपडेट, लाइव अपडेट्स, লাইভ, সরাসরি"},
	{aggregator.LabelOpinion, 0, "विश्लेषण, संपादकीय, राय, বিশ্লেষণ, মতামত"},
	{aggregator.LabelMedia, atEnd, "वीडियो, तस्वीरें, फोटो, ভিডিও, ছবি"},

	// Chinese
	{aggregator.LabelUrgent, bare, "快讯, 快訊, 突发, 突發, 突发新闻, 最新消息, 刚刚, 新华社快讯, 重磅, 紧急, 緊急, 央视快讯"},
	{aggregator.LabelExclusive, 0, "独家, 獨家, 独家新闻, 独家专访"},
	{aggregator.LabelUpdate, numbered, "更新, 最新, 续讯, 追踪, 第\x01报, 第\x01報"},
	{aggregator.LabelCorrection, 0, "更正, 勘误, 更正启事"},
	{aggregator.LabelWithdrawal, 0, "撤稿, 撤销, 撤回, 撤銷"},
	{aggregator.LabelRoundup, 0, "综述, 綜述, 综合消息, 综合, 综合报道, 早报, 晚报, 新闻早知道, 新闻联播, 早知道, 一周综述"},
	{aggregator.LabelBrief, 0, "简讯, 簡訊, 短讯"},
	{aggregator.LabelLive, atEnd | closing, "直播, 现场直播, 滚动更新, 文字直播, 滚动"},
	{aggregator.LabelOpinion, 0, "评论, 評論, 社论, 社論, 观点, 觀點, 分析, 时评, 新华时评, 特稿, 专访, 專訪, 新华社评论员, 国际观察, 财经观察, 新闻分析, 人民日报评论员, 社评"},
	{aggregator.LabelMedia, atEnd, "视频, 視頻, 影片, 图集, 組圖, 组图, 图片, 图解, 圖輯, 音频, 播客"},

	// Japanese
	{aggregator.LabelUrgent, bare, "速報, ニュース速報, 緊急速報, 号外"},
	{aggregator.LabelExclusive, 0, "独自, 独自ダネ, スクープ"},
	{aggregator.LabelUpdate, numbered, "続報, 更新\x01, アップデート"},
	{aggregator.LabelCorrection, 0, "訂正, 訂正・おわび, おわびと訂正, 修正"},
	{aggregator.LabelWithdrawal, 0, "取り消し, 記事取り消し"},
	{aggregator.LabelRefile, boxed, "再送"},
	{aggregator.LabelLive, atEnd, "ライブ, 詳報, タイムライン, 生中継, ライブ配信, ライブ中継"},
	{aggregator.LabelOpinion, 0, "社説, 解説, 論説, 焦点, コラム, インタビュー, アングル, 視点, オピニオン"},
	{aggregator.LabelMedia, atEnd, "動画, 写真, 映像, 写真特集, 写真まとめ, ポッドキャスト"},

	// Korean
	{aggregator.LabelUrgent, boxed, "속보, 긴급, 1보, 긴급속보"},
	{aggregator.LabelExclusive, boxed, "단독, 단독보도"},
	{aggregator.LabelUpdate, boxed | numbered, "보, 종합\x01보, 상보, 업데이트, \x01보"},
	{aggregator.LabelCorrection, boxed, "정정, 정정보도, 바로잡습니다, 고침"},
	{aggregator.LabelWithdrawal, boxed, "기사취소, 전문취소, 삭제"},
	{aggregator.LabelRoundup, boxed, "종합, 뉴스브리핑, 주요뉴스, 오늘의 주요뉴스, 간추린 뉴스"},
	{aggregator.LabelBrief, boxed, "단신"},
	{aggregator.LabelLive, boxed, "라이브, 생중계, 현장연결, 실시간"},
	{aggregator.LabelOpinion, boxed, "사설, 칼럼, 분석, 인터뷰, 해설, 기고, 시론"},
	{aggregator.LabelMedia, boxed, "포토, 영상, 사진, 화보, 포토뉴스, 그래픽, 동영상, 카드뉴스"},

	// Indonesian, Malay, Filipino, Vietnamese, Thai
	{aggregator.LabelUrgent, 0, "terkini, berita terkini, tin nóng, tin khẩn, khẩn, ด่วน, ข่าวด่วน"},
	{aggregator.LabelExclusive, 0, "eksklusif, eksklusibo, độc quyền"},
	{aggregator.LabelUpdate, numbered, "kemas kini, cập nhật, pembaruan"},
	{aggregator.LabelCorrection, 0, "koreksi, ralat, pembetulan, đính chính, pagtatama"},
	{aggregator.LabelLive, atEnd | closing, "siaran langsung, trực tiếp, tường thuật trực tiếp, langsung"},
	{aggregator.LabelOpinion, 0, "opini, pendapat, opinyon, ý kiến, bình luận, phân tích, analisis"},
	{aggregator.LabelMedia, atEnd, "tingnan, panoorin, gambar, tonton, galeri foto, ảnh, hình ảnh, คลิป, ภาพ"},

	// Greek, Hebrew
	{aggregator.LabelUrgent, bare, "έκτακτο, έκτακτη είδηση, מבזק, דחוף"},
	{aggregator.LabelExclusive, 0, "αποκλειστικό, בלעדי"},
	{aggregator.LabelUpdate, numbered, "ενημέρωση, עדכון"},
	{aggregator.LabelCorrection, 0, "διόρθωση, תיקון, הבהרה"},
	{aggregator.LabelLive, atEnd, "ζωντανά, σε εξέλιξη, שידור חי, בשידור חי"},
	{aggregator.LabelOpinion, 0, "ανάλυση, άποψη, γνώμη, דעה, פרשנות, ניתוח"},
	{aggregator.LabelMedia, atEnd, "βίντεο, φωτογραφίες, φωτό, εικόνες, צפו, וידאו, תמונות"},

	// Polish, Czech, Dutch, Swedish, Norwegian, Danish, Romanian
	{aggregator.LabelUrgent, tight, "pilne, z ostatniej chwili, právě teď, spoed, just nu, siste nytt, siste, ultima oră"},
	{aggregator.LabelExclusive, atEnd, "tylko u nas, exkluzivně, exclusief, exklusivt, eksklusivt, na wyłączność"},
	{aggregator.LabelUpdate, tight | numbered, "aktualizacja, aktualizace, aktualizováno, bijgewerkt, uppdatering, uppdaterad, oppdatert, opdateret, actualizare"},
	{aggregator.LabelCorrection, tight, "korekta, sprostowanie, oprava, correctie, rectificatie, rättelse, retting, rettelse, corectare"},
	{aggregator.LabelWithdrawal, capitals | tight, "anulowana, anulowane, ingetrokken"},
	{aggregator.LabelRoundup, 0, "podsumowanie, overzicht, sammanfattning, przegląd prasy"},
	{aggregator.LabelLive, atEnd, "na żywo, relacja na żywo, živě, direktrapport"},
	{aggregator.LabelLive, 0, "direkte"},
	{aggregator.LabelOpinion, atEnd, "opinia, analiza, wywiad, komentarz, komentář, analýza, opinie, analys, ledare, debatt, kronikk"},
	{aggregator.LabelMedia, atEnd, "wideo, zdjęcia, foto's, in beeld, beelden, bilder"},
}
