package dedupe

var hardFrench = hardTexts{
	language: "fr",
	matches: []telling{
		{'a', "courrier", 0, "Championnat: Norvik bat Halden 2-1 et prend la tête", "Un doublé d'Ansel Brakko a permis à Norvik de s'imposer 2-1 à Halden samedi soir et de prendre la tête du championnat kelmarien."},
		{'b', "courrier", 9 * minute, "Championnat: Port-Asker et Dunmère se neutralisent 1-1", "Tobin Restall a égalisé à la 89e minute pour Port-Asker, qui a arraché le nul 1-1 contre Dunmère samedi soir en championnat kelmarien."},
		{'b', "depeche", 20 * minute, "Restall prive Dunmère de la victoire à Port-Asker", "Dunmère a été tenu en échec 1-1 à Port-Asker en championnat kelmarien après un but tardif du remplaçant Tobin Restall."},
		{'a', "depeche", 31 * minute, "Un doublé de Brakko porte Norvik en tête du championnat kelmarien", "Norvik a battu Halden 2-1 en championnat kelmarien grâce à deux buts d'Ansel Brakko en seconde période."},
	},
	counts: []telling{
		{'a', "courrier", 0, "Tolvanie: 412 nouveaux cas de fièvre médullaire, 9 morts", "La Tolvanie a enregistré 412 nouveaux cas de fièvre médullaire et 9 décès en 24 heures, a annoncé lundi le ministère de la Santé."},
		{'a', "depeche", hour, "La fièvre médullaire gagne du terrain en Tolvanie avec 412 cas de plus", "Le ministère de la Santé de Tolvanie a fait état lundi de 412 cas supplémentaires de fièvre médullaire, portant le total à 18.230."},
		{'b', "courrier", day, "Tolvanie: 388 nouveaux cas de fièvre médullaire, 7 morts", "La Tolvanie a enregistré 388 nouveaux cas de fièvre médullaire et 7 décès en 24 heures, a annoncé mardi le ministère de la Santé."},
		{'b', "gazette", day + 40*minute, "Fièvre médullaire en Tolvanie: 388 contaminations", "La Tolvanie compte 388 contaminations supplémentaires par la fièvre médullaire, soit 18.618 au total, selon les autorités sanitaires mardi."},
	},
	template: []telling{
		{'a', "courrier", 0, "La Tolvanie émet 800 millions de couronnes à 6 mois à 3,42%", "L'agence de la dette de Tolvanie a émis 800 millions de couronnes de bons du Trésor à 6 mois à un taux moyen de 3,42%, contre 3,38% lors de l'adjudication précédente."},
		{'b', "courrier", 2 * minute, "La Tolvanie émet 1,2 milliard de couronnes à 12 mois à 3,71%", "L'agence de la dette de Tolvanie a émis 1,2 milliard de couronnes de bons du Trésor à 12 mois à un taux moyen de 3,71%, contre 3,66% lors de l'adjudication précédente."},
		{'c', "courrier", 7 * day / 2, "La Tolvanie émet 750 millions de couronnes à 6 mois à 3,45%", "L'agence de la dette de Tolvanie a émis 750 millions de couronnes de bons du Trésor à 6 mois à un taux moyen de 3,45%, contre 3,42% lors de l'adjudication précédente."},
	},
	threat: []telling{
		{'a', "courrier", 0, "Les dockers de Port-Asker menacent de faire grève à partir de jeudi", "Les dockers de Port-Asker cesseront le travail jeudi si la société portuaire ne renonce pas à supprimer 300 emplois, a prévenu leur syndicat lundi."},
		{'b', "courrier", 3*day - 6*hour, "Les dockers de Port-Asker en grève", "Les grues étaient à l'arrêt jeudi à Port-Asker, où 2.000 dockers ont entamé une grève contre les suppressions d'emplois, laissant onze navires en rade."},
	},
	roundup: []telling{
		{'a', "courrier", 0, "Un ferry s'échoue au large de l'île de Kelmar avec trente-neuf personnes à bord", "Des canots de sauvetage ont évacué trente-neuf voyageurs d'un ferry échoué sur des rochers au large de l'île de Kelmar lundi à l'aube."},
		{'b', "courrier", 20 * minute, "La banque centrale de Tolvanie relève son taux à 4,25%", "La banque centrale de Tolvanie a relevé lundi son taux directeur d'un quart de point, sa troisième hausse de l'année."},
		{'c', "courrier", 45 * minute, "Le maire de Halden Marek Ostrin inculpé dans l'affaire du stade", "Le parquet de Halden a inculpé le maire Marek Ostrin, soupçonné d'avoir touché des pots-de-vin pour le contrat du nouveau stade."},
		{'d', "courrier", 70 * minute, "Brakko Foods rappelle des bouillies pour bébés après la découverte de verre", "Brakko Foods rappelle 60.000 pots de bouillie pour bébés après la découverte d'éclats de verre dans deux d'entre eux."},
		{'e', "courrier", 2 * hour, "Un feu de forêt aux portes de Dunmère", "Quelque 4.000 habitants ont été priés de quitter leur domicile alors qu'un feu de forêt attisé par le vent atteignait les abords de Dunmère."},
		{'f', "courrier", 150 * minute, "La romancière Ilse Restall remporte le prix Vane", "Ilse Restall a remporté lundi le prix Vane avec son troisième roman, l'histoire d'un gardien de phare."},
		{'g', "depeche", 5 * hour, "L'essentiel de l'actualité: ferry échoué, taux relevé, maire inculpé", "Un ferry s'échoue au large de l'île de Kelmar; la banque centrale de Tolvanie relève son taux; le maire de Halden Ostrin inculpé; Brakko Foods rappelle des bouillies; un feu de forêt près de Dunmère; Ilse Restall remporte le prix Vane."},
	},
	tiny: []telling{
		{'a', "courrier", 0, "Du premier", ""},
		{'b', "depeche", minute, "Du deuxième", ""},
		{'c', "courrier", 2 * minute, "En direct", ""},
		{'d', "depeche", 3 * minute, "En direct", ""},
		{'e', "courrier", 4 * minute, "La météo de lundi", ""},
		{'f', "depeche", 5 * minute, "La météo de lundi", ""},
	},
	toll: []telling{
		{'a', "courrier", 0, "Au moins 12 morts dans le naufrage d'un ferry au large de Tolmar", "Au moins 12 personnes se sont noyées dimanche dans le naufrage d'un ferry par forte houle au large de l'île de Tolmar, selon les gardes-côtes. Des dizaines sont portées disparues."},
		{'a', "depeche", 2 * hour, "Naufrage au large de Tolmar: le bilan monte à 19 morts", "Les plongeurs ont repêché sept autres corps du ferry qui a chaviré au large de Tolmar, portant le bilan à 19 morts, selon les gardes-côtes."},
		{'a', "courrier", 7 * hour, "Le bilan du naufrage du ferry de Tolmar s'alourdit à 27 morts", "Le bilan du naufrage d'un ferry au large de Tolmar est passé à 27 morts et 14 voyageurs restent portés disparus, ont annoncé dimanche les gardes-côtes."},
	},
	correction: []telling{
		{'a', "courrier", 0, "Brakko Foods va supprimer 2.000 emplois et fermer son usine de Halden", "Brakko Foods a annoncé mardi la suppression de 2.000 emplois et la fermeture de son usine de Halden pour économiser 90 millions de couronnes par an."},
		{'a', "courrier", hour, "RECTIFICATIF: Brakko Foods va supprimer 200 emplois et garder son usine de Halden", "Rectifie le nombre d'emplois et le sort de l'usine. Brakko Foods a annoncé mardi la suppression de 200 emplois et le maintien de son usine de Halden pour économiser 90 millions de couronnes par an."},
	},
	withdrawal: []telling{
		{'a', "courrier", 0, "Le patron de Tolvane Acier Marek Ostrin va quitter ses fonctions", "Marek Ostrin, qui dirige Tolvane Acier depuis neuf ans, quittera ses fonctions à la fin du mois, a annoncé mardi le groupe."},
		{'a', "courrier", 2 * hour, "ANNULATION - Le patron de Tolvane Acier Marek Ostrin va quitter ses fonctions", "Veuillez annuler notre dépêche sur le départ du patron de Tolvane Acier Marek Ostrin. Le groupe affirme n'avoir fait aucune annonce de ce genre."},
	},
	flash: []telling{
		{'a', "courrier", 0, "URGENT Tolvanie: le président Ostrin démissionne", ""},
		{'a', "depeche", 25 * minute, "Le président de Tolvanie Marek Ostrin démissionne après des semaines de manifestations", "Le président Marek Ostrin a démissionné vendredi en Tolvanie après des semaines de manifestations contre l'arrestation de la cheffe de l'opposition Ilse Restall. Le président du Parlement assurera l'intérim jusqu'aux élections de mai."},
	},
	twoPieces: []telling{
		{'a', "courrier", 0, "Cinq morts dans une explosion à l'usine Tolvane Acier de Halden", "Cinq ouvriers ont été tués et onze blessés dans une explosion à l'usine Tolvane Acier de Halden mercredi, selon la police."},
		{'a', "courrier", 4 * hour, "Explosion à l'usine de Halden: un four défectueux en cause", "Un four défectueux est à l'origine de l'explosion qui a tué cinq ouvriers mercredi à l'usine Tolvane Acier de Halden, selon le chef des pompiers."},
	},
	analysis: []telling{
		{'a', "courrier", 0, "La Tolvanie et le Kelmar signent un traité sur le détroit d'Asker", "La Tolvanie et le Kelmar ont signé jeudi un traité qui ouvre le détroit d'Asker à leurs deux marines et met fin à trente-neuf ans de différend."},
		{'a', "courrier", 5 * hour, "ANALYSE - Ce que le traité sur le détroit d'Asker change pour la Tolvanie et le Kelmar", "Le traité sur le détroit d'Asker signé jeudi par la Tolvanie et le Kelmar met fin à trente-neuf ans de différend, mais ne dit pas qui surveillera les zones de pêche."},
	},
}
