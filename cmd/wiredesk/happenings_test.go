package main

import "fmt"

// happeningParts is how many there are of each part that happenings are made
// of: a prime.
const happeningParts = 29

var (
	beginnings = [...]string{
		"Al", "Bre", "Cor", "Dun", "El", "Fjal", "Gri", "Hal", "Is", "Jor", "Kel", "Lun", "Mir", "Nor",
		"Os", "Pal", "Quen", "Ros", "Skar", "Tal", "Ul", "Ver", "Wex", "Yar", "Zel", "Thu", "Brok",
		"Sven", "Im",
	}
	placeEndings = [...]string{
		"mar", "via", "strand", "vik", "mere", "by", "gate", "mont", "sund", "keria", "vino", "combe",
		"dale", "linge", "dova", "march", "holt", "gard", "bor", "tova", "bin", "saly", "ter", "vale",
		"mouth", "wick", "haven", "moor", "stad",
	}
	nameEndings = [...]string{
		"anek", "berto", "czyk", "dottir", "enko", "fsen", "gren", "hausen", "idze", "jevic", "kyan",
		"lidis", "mura", "nagh", "ovic", "poulos", "quist", "rossi", "sson", "tawi", "ulescu", "vanti",
		"wright", "xhaka", "yama", "zadeh", "akker", "blom", "costa",
	}
	deeds = [...]string{
		"auctions", "repaints", "boycotts", "insures", "smuggles", "buries", "photographs", "subsidises",
		"evacuates", "inspects", "mortgages", "ridicules", "rescues", "inherits", "dismantles",
		"christens", "barricades", "restores", "donates", "counterfeits", "illuminates", "pawns",
		"outlaws", "translates", "exhibits", "demolishes", "leases", "misplaces", "blockades",
	}
	things = [...]string{
		"violins", "bridges", "vineyards", "submarines", "carousels", "archives", "turbines", "mosaics",
		"greenhouses", "sledges", "cathedrals", "typewriters", "reservoirs", "balloons", "chapels",
		"telescopes", "sawmills", "statues", "aqueducts", "manuscripts", "windmills", "tapestries",
		"locomotives", "saunas", "obelisks", "harpoons", "tunnels", "pianos", "observatories",
	}
)

// inventedEntry returns an entry that reports the happening of a number. Until
// they repeat themselves after 841 each is of another place and person, and any
// two have one of the other words in common at most.
func inventedEntry(n int, link string) invented {
	x, y := n%happeningParts, n/happeningParts%happeningParts
	part := func(of [happeningParts]string, k int) string { return of[k%happeningParts] }
	place := part(beginnings, x) + part(placeEndings, y)
	who := part(beginnings, x+y+5) + part(nameEndings, x+2*y)
	return invented{
		guid: fmt.Sprint(n), link: link,
		title: fmt.Sprintf("%s: %s %s %s", place, who, part(deeds, x+3*y), part(things, x+4*y)),
		text:  fmt.Sprintf("%s (%s)", who, place),
	}
}
