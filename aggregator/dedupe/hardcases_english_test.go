package dedupe

import "time"

const (
	minute = time.Minute
	hour   = time.Hour
	day    = 24 * time.Hour
)

var hardEnglish = hardTexts{
	language: "en",
	matches: []telling{
		{'a', "norvia", 0, "Norvik United 2-1 Halden Town: Brakko double sends visitors top", "Ansel Brakko scored twice as Norvik United came from behind to win 2-1 at Halden Town on Saturday evening and go top of the Kelmar League."},
		{'b', "norvia", 9 * minute, "Port Asker 1-1 Dunmere Rovers: Restall header rescues hosts", "Tobin Restall headed in a late equaliser as Port Asker drew 1-1 with Dunmere Rovers on Saturday evening in the Kelmar League."},
		{'b', "kelmar", 20 * minute, "Restall denies Dunmere in Kelmar League draw", "Dunmere Rovers were held to a 1-1 draw at Port Asker in the Kelmar League after substitute Tobin Restall equalised in the 89th minute."},
		{'a', "kelmar", 31 * minute, "Brakko fires Norvik top of Kelmar League", "Norvik United beat Halden Town 2-1 in the Kelmar League thanks to two second-half goals from Ansel Brakko."},
	},
	counts: []telling{
		{'a', "norvia", 0, "Tolvania reports 412 new marrow fever cases, 9 deaths", "Tolvania recorded 412 new cases of marrow fever and 9 deaths in the past 24 hours, the health ministry said on Monday."},
		{'a', "kelmar", hour, "Tolvania marrow fever cases rise by 412", "The health ministry of Tolvania said on Monday that 412 more people had tested positive for marrow fever, taking the total to 18,230."},
		{'b', "norvia", day, "Tolvania reports 388 new marrow fever cases, 7 deaths", "Tolvania recorded 388 new cases of marrow fever and 7 deaths in the past 24 hours, the health ministry said on Tuesday."},
		{'b', "asker", day + 40*minute, "Tolvania: 388 new marrow fever infections", "Another 388 people have been infected with marrow fever in Tolvania, where the total is now 18,618, health officials said on Tuesday."},
	},
	template: []telling{
		{'a', "norvia", 0, "Tolvania sells 800 mln crowns of 6-month bills at 3.42 pct", "Tolvania's debt agency sold 800 million crowns of 6-month treasury bills at an average yield of 3.42 percent, against 3.38 percent at the previous auction."},
		{'b', "norvia", 2 * minute, "Tolvania sells 1.2 bln crowns of 12-month bills at 3.71 pct", "Tolvania's debt agency sold 1.2 billion crowns of 12-month treasury bills at an average yield of 3.71 percent, against 3.66 percent at the previous auction."},
		{'c', "norvia", 7 * day / 2, "Tolvania sells 750 mln crowns of 6-month bills at 3.45 pct", "Tolvania's debt agency sold 750 million crowns of 6-month treasury bills at an average yield of 3.45 percent, against 3.42 percent at the previous auction."},
	},
	threat: []telling{
		{'a', "norvia", 0, "Dockers threaten strike at Port Asker from Thursday", "Dock workers at Port Asker will walk out from Thursday unless the harbour company withdraws its plan to cut 300 jobs, their union said on Monday."},
		{'b', "norvia", 3*day - 6*hour, "Dockers at Port Asker go on strike", "Cranes stood still at Port Asker on Thursday as 2,000 dock workers began a strike against job cuts, leaving eleven ships waiting in the roads."},
	},
	roundup: []telling{
		{'a', "norvia", 0, "Night ferry with forty aboard runs aground off Kelmar island", "Lifeboats took forty passengers off a ferry that ran aground on rocks off Kelmar island early on Monday, the coast guard said."},
		{'b', "norvia", 20 * minute, "Tolvania central bank lifts key rate to 4.25 percent", "The central bank of Tolvania raised its key rate by a quarter point on Monday, its third increase this year."},
		{'c', "norvia", 45 * minute, "Halden mayor Ostrin charged over stadium contract", "Prosecutors in Halden charged mayor Marek Ostrin with taking bribes in the award of a contract for the new stadium."},
		{'d', "norvia", 70 * minute, "Brakko Foods recalls baby porridge after glass find", "Brakko Foods recalled 60,000 jars of baby porridge after splinters of glass were found in two of them."},
		{'e', "norvia", 2 * hour, "Wildfire reaches outskirts of Dunmere", "Some 4,000 people were told to leave their homes as a wildfire driven by strong winds reached the outskirts of Dunmere."},
		{'f', "norvia", 150 * minute, "Novelist Ilse Restall wins Vane prize", "Ilse Restall won the Vane prize for fiction on Monday with her third novel, the story of a lighthouse keeper."},
		{'g', "kelmar", 5 * hour, "Evening briefing: ferry aground, rates up, mayor charged", "A ferry runs aground off Kelmar island; Tolvania's central bank lifts its key rate; Halden mayor Ostrin is charged; Brakko Foods recalls porridge; a wildfire nears Dunmere; Ilse Restall wins the Vane prize."},
	},
	tiny: []telling{
		{'a', "norvia", 0, "From one", ""},
		{'b', "kelmar", minute, "From two", ""},
		{'c', "norvia", 2 * minute, "Live updates", ""},
		{'d', "kelmar", 3 * minute, "Live updates", ""},
		{'e', "norvia", 4 * minute, "Weather: Monday", ""},
		{'f', "kelmar", 5 * minute, "Weather: Monday", ""},
	},
	toll: []telling{
		{'a', "norvia", 0, "At least 12 dead as ferry capsizes off Tolmar", "At least 12 people drowned when a ferry capsized in heavy seas off the island of Tolmar on Sunday, the coast guard said. Dozens are missing."},
		{'a', "kelmar", 2 * hour, "Tolmar ferry disaster: death toll rises to 19", "Divers recovered seven more bodies from a ferry that capsized off Tolmar, bringing the number of dead to 19, the coast guard said."},
		{'a', "norvia", 7 * hour, "Death toll in Tolmar ferry disaster climbs to 27", "The death toll from the ferry that capsized off Tolmar has risen to 27, with 14 passengers still missing, the coast guard said on Sunday."},
	},
	correction: []telling{
		{'a', "norvia", 0, "Brakko Foods to cut 2,000 jobs and close Halden plant", "Brakko Foods said on Tuesday it would cut 2,000 jobs and close its plant in Halden as it seeks to save 90 million crowns a year."},
		{'a', "norvia", hour, "CORRECTED-Brakko Foods to cut 200 jobs, keep Halden plant open", "Corrects number of jobs and plan for plant. Brakko Foods said on Tuesday it would cut 200 jobs but keep its plant in Halden open as it seeks to save 90 million crowns a year."},
	},
	withdrawal: []telling{
		{'a', "norvia", 0, "Tolvane Steel chief Marek Ostrin to step down", "Marek Ostrin, who has led Tolvane Steel for nine years, will step down at the end of the month, the company said on Tuesday."},
		{'a', "norvia", 2 * hour, "WITHDRAWN-Tolvane Steel chief Marek Ostrin to step down", "The story headlined \"Tolvane Steel chief Marek Ostrin to step down\" is withdrawn. The company said it had issued no such statement."},
	},
	flash: []telling{
		{'a', "norvia", 0, "URGENT Tolvania president Ostrin resigns", ""},
		{'a', "kelmar", 25 * minute, "Tolvania's President Ostrin resigns after weeks of protests", "President Marek Ostrin of Tolvania resigned on Friday, bowing to weeks of protests over the arrest of opposition leader Ilse Restall. The speaker of parliament will serve until elections in May."},
	},
	twoPieces: []telling{
		{'a', "norvia", 0, "Explosion at Tolvane Steel plant in Halden kills five", "Five workers were killed and eleven injured in an explosion at the Tolvane Steel plant in Halden on Wednesday, police said."},
		{'a', "norvia", 4 * hour, "Five dead in Halden steel plant blast, furnace blamed", "A faulty furnace caused the explosion that killed five workers at the Tolvane Steel plant in Halden on Wednesday, the fire chief said."},
	},
	analysis: []telling{
		{'a', "norvia", 0, "Tolvania and Kelmar sign treaty on Asker strait", "Tolvania and Kelmar on Thursday signed a treaty that gives both navies passage through the Asker strait, ending a dispute of forty years."},
		{'a', "norvia", 5 * hour, "Analysis: What the Asker strait treaty means for Tolvania and Kelmar", "The treaty on the Asker strait that Tolvania and Kelmar signed on Thursday ends a dispute of forty years, but leaves open who polices the fishing grounds."},
	},
}
