package dedupe

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"wiredesk/aggregator/wording"
)

// commonWords are words that join others and tell nothing of what happened, as
// the scanner folds them. They are left out of what entries are compared by:
// a stream soon learns how little they weigh, but a new one knows nothing.
var commonWords = func() map[string]struct{} {
	words := make(map[string]struct{}, 1024)
	for _, list := range []string{
		// English
		`a about above after again against all also am an and any are as at be because been before being below
		between both but by can could did do does doing down during each few for from further had has have having
		he her here hers him his how i if in into is it its just like may me might more most much must my new no
		nor not now of off on once one only or other our out over own same says said say she should so some such
		than that the their them then there these they this those through to too under until up us very was we
		were what when where which while who whom why will with would yet you your`,
		// Arabic
		`في من على الي عن مع هذا هذه ذلك تلك التي الذي الذين ان كان كانت يكون تكون قد لقد لا لم لن ما ماذا كما كل
		بعد قبل بين حتي او ام ثم اذا اي هو هي هم هنا هناك عند منذ خلال ضد حول دون غير لدي عبر بعض وقال قال قالت
		وقد وفي ومن وعلي وان الا انه انها به بها له لها فيه فيها منه منها عليه عليها الان امس اليوم غدا`,
		// Russian and Ukrainian
		`и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от
		меня еще нет о из ему теперь когда даже ну ли если уже или ни быть был него до вас нибудь опять уж вам ведь
		там потом себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего
		раз тоже себе под будет ж тогда кто этот того потому этого какой совсем ним здесь этом один почти мой тем
		чтобы нее сейчас были куда зачем всех при после над больше тот через эти нас про них какая много это этои
		та є і й та що як не на у в з із за до від про для але`,
		// French
		`le la les l un une des du de d et a au aux en dans sur sous par pour avec sans ce cet cette ces son sa ses
		leur leurs qui que quoi dont ou ne pas plus moins se s il elle ils elles on nous vous est sont ete etre
		avait ont apres avant entre contre selon mais comme si tout tous toute fait`,
		// German
		`der die das den dem des ein eine einen einem einer und oder aber in im an am auf aus bei beim mit nach von
		vom vor zu zum zur uber unter durch fur gegen ohne um bis ist sind war waren wird werden wurde hat haben
		als wie auch nicht noch nur sich er sie es wir ihr ihre sein seine so dass wenn wer was mehr`,
		// Spanish, Portuguese, Italian
		`el los las lo unos unas del al y e o u pero por para con sin sobre tras entre hasta desde que quien como
		cuando donde su sus este esta estos estas ese esa es son fue ser era ha han no si mas muy ya se le les
		um uma os as do dos da das na nas nos ao pelo pela com sem sob ate mas nao foi sao ser tem sua seu
		il gli i di del della dei delle degli dal dalla dai nel nella nei alla allo agli con su per tra fra che
		chi cui non piu anche sono era stato stata ha hanno si ma come dopo prima`,
		// Dutch, Scandinavian
		`de het een en van in op te dat die is zijn met voor niet aan er om ook als naar bij uit door over tot wordt
		och att det som den av pa ar for med har inte om til ikke er fra vil blir ble sig`,
		// Turkish
		`ve bir bu da de ile icin gibi olan olarak daha cok ama en kadar sonra once gore ise mi mu ne o`,
		// Polish
		`i w na z ze do nie sie to jest po przez dla od o za jak a ale co przy pod juz tylko byl byla`,
		// Indonesian and Malay, Filipino
		`yang dan di ke dari untuk dengan pada ini itu dalam akan tidak oleh juga telah sudah bisa ada
		ang ng sa na mga ay si ni para kay ito at may hindi`,
		// Persian, Urdu
		`از به با را که این ان برای است بود شد شده های می تا هم یک بر نیز اما اگر یا هر چه خود کرد کرده گفت شود
		باید بین پس بعد قبل درباره کی کے کا میں نے سے پر اور ہے ہیں کو بھی یہ وہ اس ان ہو گیا گئی گئے تھا تھی تھے
		کہ جو کر کیا رہا رہی رہے لیے ساتھ نہیں ایک والے دیا`,
		// Hindi, Marathi, Nepali
		`के का की में ने से पर और है हैं को भी यह वह कि इस उस एक लिए हो था थी थे हुआ हुई हुए गया गई गए कर करने किया
		रहा रही रहे नहीं तो ही साथ बाद जो तक अब या अपने लेकर कहा आज आणि आहे च्या मध्ये छ र लाई`,
		// Bengali
		`এ এই ও ওই সে তা তার তাঁর তাদের তাঁদের তিনি তাঁরা তারা যে যা যার যারা কে কি কী কেন কোন কোনো কিছু কেউ করে করা
		করার করেন করেছে করেছেন করেছিল করছে করছেন করতে করবে করবেন করলেন করলো করল হয় হয়ে হয়েছে হয়েছেন হওয়া হওয়ার
		হতে হবে হচ্ছে হলো হল হলে ছিল ছিলেন আছে আছেন নেই না নয় আর এবং বা কিন্তু তবে তাই যদি জন্য থেকে দিয়ে নিয়ে সঙ্গে
		সাথে মধ্যে পরে পর আগে কাছে উপর ওপর দিকে পর্যন্ত মতো মত বলে বলেন বলেছেন বললেন জানান জানিয়েছে জানিয়েছেন জানায়
		জানা গেছে গেল যায় এক একটি একজন একই দুই দুটি আজ গত আগামী এখন এবার সব সকল অনেক আরো আরও শুধু প্রায় হিসেবে দেয়া
		দেওয়া দেন দেয় দিয়েছে দিয়েছেন দিতে দিল দিলেন নিতে নেওয়া নেয়া নিয়েছেন গিয়ে এসে আসা থাকা থাকে থাকবে থাকতে রয়েছে
		রয়েছেন অন্য নিজের প্রতি বিরুদ্ধে বিষয়ে কারণে পক্ষে যেন কথা কাজ সময় দিন হাজার টাকা এর তো যাবে পেয়েছে পাওয়া`,
		// Tamil
		`ஒரு இந்த அந்த என்று என மற்றும் உள்ள உள்ளது இது அது அவர் இருந்து போது பற்றி ஆகும் செய்த வேண்டும் என்ன`,
		// Greek
		`και το τα τη την της του των ο η οι τον στο στη στην στον στα στις σε με για από ότι που να θα δεν είναι ένα μια
		έναν κατά μετά πριν όπως αλλά ή ως αν τι πως έχει είχε ήταν προς`,
		// Hebrew
		`את של על לא עם כי זה זו הוא היא הם גם או אבל אם כל יותר אחרי לפני בין היה היו יש אין מה מי כך רק עד אל אך אחד`,
		// Ukrainian, Bulgarian, Serbian
		`це які який яка було були буде щоб або вже його її їх під час після проти між понад се ще са е от по за на да ли
		ще със във към при след преди над срещу като беше бе која који које су је се ће био била према због`,
		// Czech, Slovak, Hungarian, Romanian
		`a i v ve na se si ze s z do o po pro za je jsou byl byla bylo byt by ktery ktera ktere jak nebo ale take podle jeho
		jej az aby uz kdyz sa sú az egy es hogy nem van volt meg mar csak is el ki be fel mint vagy ez azt si la cu din
		pe sa se un o de ca nu este sunt au fost mai dupa pentru prin despre catre`,
		// Finnish, Vietnamese, Swahili
		`ja on ei oli se että myos mutta kun joka jos ovat sekä tai mukaan jalkeen và của là các có được cho trong với
		không người một những đã khi từ này tại đến ra về sau na ya wa kwa za la ni katika kuwa cha vya huo hiyo`,
	} {
		for word := range strings.FieldsSeq(norm.NFKC.String(list)) {
			var folded []byte
			for _, r := range word {
				if wording.KindOf(r) != wording.Inside {
					folded = wording.AppendFolded(folded, r)
				}
			}
			words[string(folded)] = struct{}{}
		}
	}
	return words
}()
