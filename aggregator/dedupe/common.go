package dedupe

import "strings"

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
		// Persian, Urdu, Hindi
		`از به با را که این ان برای است بود شد های می تا هم یک کی کے کا میں نے سے پر اور ہے ہیں کو
		के का की में ने से पर और है हैं को भी यह कि इस एक लिए`,
	} {
		for word := range strings.FieldsSeq(list) {
			var folded []byte
			for _, r := range word {
				if kindOf(r) != inside {
					folded = appendFolded(folded, r)
				}
			}
			words[string(folded)] = struct{}{}
		}
	}
	return words
}()
