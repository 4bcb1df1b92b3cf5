"""Held-out pairs, written independently of the rules: not to be tuned on."""
# ruff: noqa: E501 (sentences are not broken)

from __future__ import annotations

from tests.qa.verification.conflict_pairs import NEXT_DAY, Pair, make_pair

DIFFERENT_BEFORE: list[Pair] = [
    make_pair(
        "How many people were rescued from the Palma Star?",
        "Coastguards rescued 118 people from the cruise ship Palma Star, which ran aground off Cape Dorn.",
        "All 131 people were rescued from the Palma Star, which had run aground off Cape Dorn on Thursday.",
    ),
    make_pair(
        "How many died in the fire at the Marlow mill?",
        "Eleven workers died in the fire at the Marlow textile mill.",
        "The fire that swept through the Marlow textile mill killed 14 workers.",
        *NEXT_DAY,
    ),
    make_pair(
        "How many houses did the landslide in Corva destroy?",
        "The landslide destroyed 23 houses in Corva.",
        "In Corva 34 houses were destroyed by the landslide, the mayor told reporters.",
    ),
    make_pair(
        "How many people were wounded in the shooting in Dale?",
        "A gunman wounded six people at a market in Dale before he was arrested.",
        "Nine people were wounded in the shooting at the market in Dale, police said later.",
        *NEXT_DAY,
    ),
    make_pair(
        "What will the Harrow stadium cost?",
        "The stadium in Harrow is expected to cost £210 million.",
        "Costs for the Harrow stadium have climbed to £265 million.",
        "2024-03-03",
        "2024-05-04",
    ),
    make_pair(
        "How much money was stolen from the Credo bank?",
        "Robbers took 3.1 million dollars from the Credo bank in Pell.",
        "The robbers of the Credo bank in Pell got away with 4.4 million dollars, an insider said.",
    ),
    make_pair(
        "How many employees will Ferrant dismiss?",
        "The carmaker Ferrant will dismiss 2,300 employees by the summer.",
        "Ferrant is to dismiss 3,100 employees, the union said after talks with the carmaker.",
    ),
    make_pair(
        "How many votes did the motion against Premier Dorn get?",
        "The motion of no confidence against Premier Dorn got 141 votes.",
        "With 137 votes the motion against Premier Dorn failed.",
    ),
    make_pair(
        "When does the Alba telescope start work?",
        "The Alba telescope will start work on 3 July.",
        "The start of the Alba telescope has been postponed to 21 November.",
        "2024-04-03",
        "2024-06-20",
    ),
    make_pair(
        "When was Emil Sand born?",
        "The painter Emil Sand was born in 1871 in Pell.",
        "Emil Sand, born in Pell in 1874, painted mostly harbours.",
    ),
    make_pair(
        "Who coaches the Pell Falcons?",
        "Falcons coach Rita Moor praised her team after the win in Pell.",
        "The coach of the Pell Falcons, Dario Venn, said he was proud.",
        "2024-01-12",
        "2024-05-01",
    ),
    make_pair(
        "Who is the chief executive of Ferrant?",
        "Ferrant's chief executive, Hugo Lamm, defended the cuts.",
        "Ines Tharp, the chief executive of Ferrant, said orders were up.",
        "2023-05-03",
        "2024-05-03",
    ),
    make_pair(
        "What was the final score when Dale played Pell?",
        "Dale lost 2-3 to Pell in the cup on Sunday.",
        "Pell won the cup tie on Sunday 4-2 against Dale.",
    ),
    make_pair(
        "How much snow fell in Corva?",
        "In Corva 62 centimetres of snow fell on Tuesday.",
        "Corva had 85 centimetres of snow on Tuesday, the ski school said.",
    ),
    make_pair(
        "How old is the mayor of Corva?",
        "The mayor of Corva, Bela Roth, 54, cut the ribbon.",
        "Bela Roth, the 57-year-old mayor of Corva, cut the ribbon.",
    ),
]

ALIKE_BEFORE: list[Pair] = [
    make_pair(
        "How many people were rescued from the Palma Star?",
        "Coastguards rescued 118 people from the Palma Star.",
        "The Palma Star has room for 240 people.",
    ),
    make_pair(
        "How many people were rescued from the Palma Star?",
        "Coastguards rescued 118 people from the Palma Star off Cape Dorn.",
        "Nearly 120 people were rescued from the Palma Star off Cape Dorn.",
    ),
    make_pair(
        "How many died in the fire at the Marlow mill?",
        "Eleven workers died in the fire at the Marlow mill.",
        "Eleven workers have died and 30 were hurt in the fire at the Marlow mill.",
    ),
    make_pair(
        "How many died in the fire at the Marlow mill?",
        "Eleven workers died in the fire at the Marlow mill.",
        "The Marlow mill employs 460 workers.",
    ),
    make_pair(
        "How many died in the fire at the Marlow mill?",
        "Eleven workers died in the fire at the Marlow mill on Friday.",
        "In 1998 three workers died in a fire at the Marlow mill.",
    ),
    make_pair(
        "What will the Harrow stadium cost?",
        "The stadium in Harrow is expected to cost £210 million.",
        "The city is to pay £80 million towards the stadium in Harrow.",
    ),
    make_pair(
        "What will the Harrow stadium cost?",
        "The stadium in Harrow is expected to cost £210 million.",
        "The stadium in Harrow will seat 41,000.",
    ),
    make_pair(
        "How many employees will Ferrant dismiss?",
        "Ferrant will dismiss 2,300 employees.",
        "Ferrant has 48,000 employees in nine countries.",
    ),
    make_pair(
        "How many employees will Ferrant dismiss?",
        "Ferrant will dismiss 2,300 employees.",
        "Its rival Bessel will dismiss 1,900 employees.",
    ),
    make_pair(
        "How much did the Ferrant share fall?",
        "The Ferrant share fell 4.1 percent on Monday.",
        "The Ferrant share fell 2.7 percent on Wednesday.",
        "2024-04-29",
        "2024-05-01",
    ),
    make_pair(
        "How many votes did the motion against Premier Dorn get?",
        "The motion against Premier Dorn got 141 votes.",
        "It needed 151 votes to topple Premier Dorn.",
    ),
    make_pair(
        "How much snow fell in Corva?",
        "In Corva 62 centimetres of snow fell on Tuesday.",
        "In Corva 40 centimetres of snow fell within two hours on Tuesday.",
    ),
    make_pair(
        "How much snow fell in Corva?",
        "In Corva 62 centimetres of snow fell on Tuesday.",
        "In nearby Tessin 91 centimetres of snow fell on Tuesday.",
    ),
    make_pair(
        "When does the Alba telescope start work?",
        "The Alba telescope will start work on 3 July.",
        "The foundation stone of the Alba telescope was laid on 9 May 2018.",
    ),
    make_pair(
        "When does the Alba telescope start work?",
        "The Alba telescope will start work on 3 July.",
        "The Alba telescope will start work in the summer of 2024.",
    ),
    make_pair(
        "Who coaches the Pell Falcons?",
        "Falcons coach Rita Moor praised her team in Pell.",
        "Dale coach Dario Venn congratulated the Pell Falcons.",
    ),
    make_pair(
        "Who is the chief executive of Ferrant?",
        "Ferrant's chief executive, Hugo Lamm, defended the cuts.",
        "Ferrant's chief financial officer, Ines Tharp, explained the cuts.",
    ),
    make_pair(
        "Who is the chief executive of Ferrant?",
        "Ferrant's chief executive, Hugo Lamm, defended the cuts.",
        "Hugo J. Lamm, chief executive of Ferrant, will speak in Pell.",
    ),
    make_pair(
        "What was the final score when Dale played Pell?",
        "Dale lost 2-3 to Pell on Sunday.",
        "Pell won 3-2 against Dale on Sunday.",
    ),
    make_pair(
        "How old is the mayor of Corva?",
        "The mayor of Corva, Bela Roth, 54, cut the ribbon.",
        "The mayor of Corva, Bela Roth, has been in office for 12 years.",
    ),
]

DIFFERENT_AFTER: list[Pair] = [
    make_pair(
        "How many people drowned when the ferry Lotus sank?",
        "Ferry sinks on the Ganda | At least 73 people drowned when the overloaded "
        "ferry Lotus sank on the Ganda river on Tuesday.",
        "Ferry disaster on the Ganda | Ninety-one people are now known to have drowned when the Lotus sank, "
        "the governor said.",
        "2024-08-14",
        "2024-08-16",
    ),
    make_pair(
        "How many people were arrested at the protest in Vendel?",
        "Police in Vendel arrested 34 people at a protest against the new airport.",
        "Organisers said that 58 people were arrested at the protest in Vendel.",
    ),
    make_pair(
        "How many homes lost power in the storm in Arden?",
        "The storm left 12,000 homes without power in Arden.",
        "In Arden 17,500 homes lost power in the storm, the grid company said.",
    ),
    make_pair(
        "How much did the painting by Tessa Rohe sell for?",
        "A painting by Tessa Rohe sold for £2.4 million at an auction in Arden.",
        "The Tessa Rohe painting fetched £2.9 million at the Arden auction, a person in the room said.",
    ),
    make_pair(
        "How much will Osmark invest in its plant in Vendel?",
        "Osmark will invest 600 million euros in its Vendel plant.",
        "Osmark has raised its investment in Vendel to 850 million euros.",
        "2024-02-14",
        "2024-08-16",
    ),
    make_pair(
        "How much is the ransom the hackers of the Arden clinic demanded?",
        "The hackers demanded a ransom of 5 million dollars from the Arden clinic.",
        "The Arden clinic was asked for a ransom of 8 million dollars, an email shows.",
    ),
    make_pair(
        "By how many votes did Lotte Krul win in Vendel?",
        "Lotte Krul won the seat in Vendel by 312 votes.",
        "After a recount Lotte Krul won the seat in Vendel by 287 votes.",
        "2024-08-14",
        "2024-08-16",
    ),
    make_pair(
        "How many seats did the Green League win?",
        "The Green League won 22 seats in Sunday's election, exit polls showed.",
        "The Green League won 25 seats, according to the electoral commission.",
        "2024-08-18",
        "2024-08-20",
    ),
    make_pair(
        "When does the Arden zoo reopen?",
        "The Arden zoo reopens on 1 September.",
        "The Arden zoo will not reopen until 6 October | The Arden zoo will reopen on 6 October, five weeks "
        "later than planned.",
        "2024-08-01",
        "2024-08-20",
    ),
    make_pair(
        "When did the composer Ivo Lank die?",
        "The composer Ivo Lank died on 4 February 1931.",
        "Ivo Lank, the composer, died on 14 February 1931 in Arden.",
    ),
    make_pair(
        "When will the satellite Heron be launched?",
        "The satellite Heron will be launched on 9 May from Cape Dorn.",
        "The launch of the Heron satellite has been moved to 23 May.",
        "2024-04-30",
        "2024-05-08",
    ),
    make_pair(
        "Who is the governor of Ganda?",
        "Ganda's governor, Moses Adeyo, visited the river on Wednesday.",
        "Ruth Okello, the new governor of Ganda, was sworn in.",
        "2024-08-15",
        "2025-01-10",
    ),
    make_pair(
        "Who is the president of the Vendel chess club?",
        "The president of the Vendel chess club is Karl Ott.",
        "Maria Lund, president of the Vendel chess club, thanked the players.",
        "2024-03-03",
        "2024-05-03",
    ),
    make_pair(
        "How high were the waves off Cape Dorn?",
        "Waves of 11 metres were measured off Cape Dorn on Tuesday.",
        "The waves off Cape Dorn reached 14 metres on Tuesday, the coastguard said.",
    ),
    make_pair(
        "How many runners finished the Arden marathon?",
        "A total of 8,412 runners finished the Arden marathon on Sunday.",
        "On Sunday 7,950 runners finished the Arden marathon.",
    ),
]

ALIKE_AFTER: list[Pair] = [
    make_pair(
        "How many people drowned when the ferry Lotus sank?",
        "At least 73 people drowned when the ferry Lotus sank.",
        "The Lotus was carrying 160 people when it sank.",
    ),
    make_pair(
        "How many people drowned when the ferry Lotus sank?",
        "At least 73 people drowned when the ferry Lotus sank.",
        "When the ferry Mira sank last year, 41 people drowned.",
    ),
    make_pair(
        "How many people drowned when the ferry Lotus sank?",
        "At least 73 people drowned when the ferry Lotus sank.",
        "The ferry Lotus had a licence for 90 passengers.",
    ),
    make_pair(
        "How many people were arrested at the protest in Vendel?",
        "Police arrested 34 people at a protest in Vendel.",
        "Police in Vendel injured 21 people at the protest, the organisers said.",
    ),
    make_pair(
        "How many people were arrested at the protest in Vendel?",
        "Police arrested 34 people at a protest in Vendel on Saturday.",
        "Police arrested 19 people at another protest in Vendel on Sunday.",
        "2024-08-12",
        "2024-08-12",
    ),
    make_pair(
        "How many homes lost power in the storm in Arden?",
        "The storm left 12,000 homes without power in Arden.",
        "By the evening 4,500 homes in Arden were still without power.",
    ),
    make_pair(
        "How many homes lost power in the storm in Arden?",
        "The storm left 12,000 homes without power in Arden.",
        "The storm left roughly 11,000 homes without power in Arden.",
    ),
    make_pair(
        "How much did the painting by Tessa Rohe sell for?",
        "A painting by Tessa Rohe sold for £2.4 million.",
        "The painting by Tessa Rohe had been estimated at £1.5 million.",
    ),
    make_pair(
        "How much did the painting by Tessa Rohe sell for?",
        "A painting by Tessa Rohe sold for £2.4 million.",
        "A painting by Tessa Rohe sold for 3.1 million dollars.",
    ),
    make_pair(
        "How much will Osmark invest in its plant in Vendel?",
        "Osmark will invest 600 million euros in its Vendel plant.",
        "Osmark made a profit of 450 million euros, helped by its plant in Vendel.",
    ),
    make_pair(
        "By how many votes did Lotte Krul win in Vendel?",
        "Lotte Krul won the seat in Vendel by 312 votes.",
        "Lotte Krul received 821 votes in Vendel.",
    ),
    make_pair(
        "How many seats did the Green League win?",
        "The Green League won 22 seats in Sunday's election.",
        "The Green League needs 31 seats to govern alone.",
    ),
    make_pair(
        "How many seats did the Green League win?",
        "The Green League won 22 seats in Sunday's election.",
        "The Green League won 15 seats in the election of 2020.",
    ),
    make_pair(
        "When does the Arden zoo reopen?",
        "The Arden zoo reopens on 1 September.",
        "The Arden zoo has been closed since 3 March.",
    ),
    make_pair(
        "When did the composer Ivo Lank die?",
        "The composer Ivo Lank died on 4 February 1931.",
        "The composer Ivo Lank was born on 17 June 1868.",
    ),
    make_pair(
        "Who is the governor of Ganda?",
        "Ganda's governor, Moses Adeyo, visited the river.",
        "The governor of Tarim, Ruth Okello, sent tents to Ganda.",
    ),
    make_pair(
        "Who is the governor of Ganda?",
        "Ganda's governor, Moses Adeyo, visited the river.",
        "The vice governor of Ganda, Ruth Okello, visited the river.",
    ),
    make_pair(
        "How high were the waves off Cape Dorn?",
        "Waves of 11 metres were measured off Cape Dorn on Tuesday.",
        "Waves of 6 metres are forecast off Cape Dorn for Thursday.",
    ),
    make_pair(
        "How many runners finished the Arden marathon?",
        "A total of 8,412 runners finished the Arden marathon.",
        "More than 10,000 runners started in the Arden marathon.",
    ),
    make_pair(
        "How many runners finished the Arden marathon?",
        "A total of 8,412 runners finished the Arden marathon.",
        "Of the runners who finished the Arden marathon, 3,100 runners were women.",
    ),
]

# Longer, as newspapers write, and after the rules had been mended with what the others showed.
DIFFERENT_LAST: list[Pair] = [
    make_pair(
        "How many people died in the collapse of the market hall in Sarn?",
        "Roof of market hall collapses | The roof of the market hall in Sarn came down during the morning rush on "
        "Saturday, killing 17 people and burying dozens of stalls.",
        "Anger in Sarn after collapse | Twenty-three people died when the roof of Sarn's market hall collapsed on "
        "Saturday, the hospital's director, Amara Diallo, told this newspaper.",
        "2025-02-08",
        "2025-02-09",
    ),
    make_pair(
        "How many people were injured in the train derailment near Holm?",
        "Express leaves the rails | At least 40 people were injured when an express train derailed near Holm late on "
        "Thursday, the railway company said.",
        "The derailment near Holm injured 64 people, eleven of them badly, according to the regional government.",
        "2025-02-14",
        "2025-02-15",
    ),
    make_pair(
        "How much will the renovation of the Sarn opera house cost?",
        "Curtain falls for three years | The renovation of the opera house in Sarn, which begins in June, will cost "
        "92 million euros, the city's finance committee was told.",
        "Opera becomes dearer | Sarn must now reckon with 118 million euros for the renovation of its opera house, an "
        "internal paper shows.",
        "2025-01-14",
        "2025-03-20",
    ),
    make_pair(
        "How much did Brevik Seafood pay for the rival firm Halsen?",
        "Brevik Seafood has bought its rival Halsen for 1.1 billion crowns, the two companies said on Monday.",
        "The fish farmer Brevik Seafood paid 1.4 billion crowns for Halsen, according to the register of companies.",
        "2025-03-03",
        "2025-03-10",
    ),
    make_pair(
        "How many jobs will the battery factory in Holm create?",
        "Holm celebrates | The battery factory will create 1,900 jobs in Holm, the minister said at the ceremony.",
        "Doubts about Holm | The battery factory planned in Holm is to create 1,200 jobs, says a study for the trade "
        "union.",
    ),
    make_pair(
        "How many trees did the storm fell in the Grunda forest?",
        "The storm felled some 70,000 trees in the Grunda forest on Sunday night, foresters estimate.",
        "In the Grunda forest the storm of Sunday night felled 110,000 trees, the forestry office said.",
        "2025-02-10",
        "2025-02-14",
    ),
    make_pair(
        "When will the new airport in Kesh open?",
        "Kesh airport on schedule | The new airport in Kesh will open on 30 March, its manager promised.",
        "Kesh airport late again | Kesh will have to wait: the new airport will not open before 15 June, because the "
        "fire doors failed a test.",
        "2025-01-10",
        "2025-03-02",
    ),
    make_pair(
        "When was the temple of Orsa discovered?",
        "The temple of Orsa was discovered in 1908 by a shepherd looking for a goat.",
        "Discovered in 1911, the temple of Orsa draws half a million visitors to the island.",
    ),
    make_pair(
        "Who is the mayor of Sarn?",
        "The mayor of Sarn, Pavel Dorsch, blamed the builders.",
        "Sarn's mayor, Ilona Berec, unveiled a plaque for the victims.",
        "2025-02-10",
        "2026-02-08",
    ),
    make_pair(
        "Who is the coach of Holm Rangers?",
        "Holm Rangers coach Terje Lund said his team had been unlucky against Brevik.",
        "Anja Solberg, the new coach of Holm Rangers, promised attacking football.",
        "2025-03-03",
        "2025-04-22",
    ),
    make_pair(
        "What was the result of the match between Holm Rangers and Brevik?",
        "Holm Rangers lost 1-2 at home to Brevik on Sunday after an own goal.",
        "Brevik won 3-1 at Holm Rangers on Sunday and stay top.",
        "2025-03-03",
        "2025-03-03",
    ),
    make_pair(
        "How many people took part in the march in Kesh?",
        "Police put the number at 20,000 people | About 20,000 people marched through Kesh on Saturday, police said.",
        "Some 60,000 people took part in the march through Kesh on Saturday, according to the organisers.",
        "2025-03-09",
        "2025-03-09",
    ),
]

ALIKE_LAST: list[Pair] = [
    make_pair(
        "How many people died in the collapse of the market hall in Sarn?",
        "The roof of the market hall in Sarn came down on Saturday, killing 17 people and burying dozens of stalls.",
        "The collapse in Sarn, which killed 17 people, was the worst since 1987, when 31 people died in a fire.",
        "2025-02-08",
        "2025-02-09",
    ),
    make_pair(
        "How many people died in the collapse of the market hall in Sarn?",
        "The collapse of the market hall in Sarn killed 17 people on Saturday.",
        "A vigil for the victims of the market hall in Sarn drew 3,000 people on Sunday.",
        "2025-02-08",
        "2025-02-10",
    ),
    make_pair(
        "How many people were injured in the train derailment near Holm?",
        "At least 40 people were injured when an express train derailed near Holm.",
        "There were 212 people on the express train that derailed near Holm, the railway company said.",
    ),
    make_pair(
        "How many people were injured in the train derailment near Holm?",
        "At least 40 people were injured when an express train derailed near Holm.",
        "At least 40 people were hurt and two killed when an express train came off the rails near Holm.",
    ),
    make_pair(
        "How much will the renovation of the Sarn opera house cost?",
        "The renovation of the opera house in Sarn will cost 92 million euros.",
        "For the renovation of the opera house in Sarn the state is giving 40 million euros.",
    ),
    make_pair(
        "How much will the renovation of the Sarn opera house cost?",
        "The renovation of the opera house in Sarn will cost 92 million euros.",
        "The renovation of the town hall in Sarn cost 61 million euros.",
    ),
    make_pair(
        "How much did Brevik Seafood pay for the rival firm Halsen?",
        "Brevik Seafood has bought its rival Halsen for 1.1 billion crowns.",
        "Halsen, which Brevik Seafood is buying, had sales of 2.3 billion crowns last year.",
    ),
    make_pair(
        "How many jobs will the battery factory in Holm create?",
        "The battery factory will create 1,900 jobs in Holm.",
        "The closure of the paper mill in Holm cost 1,100 jobs.",
    ),
    make_pair(
        "How many jobs will the battery factory in Holm create?",
        "The battery factory will create 1,900 jobs in Holm.",
        "In its first year the battery factory in Holm is to create 700 jobs.",
    ),
    make_pair(
        "How many trees did the storm fell in the Grunda forest?",
        "The storm felled some 70,000 trees in the Grunda forest.",
        "After the storm of 2011 volunteers planted 45,000 trees in the Grunda forest.",
    ),
    make_pair(
        "When will the new airport in Kesh open?",
        "The new airport in Kesh will open on 30 March.",
        "The old airport in Kesh, which opened on 12 May 1964, will become a park.",
    ),
    make_pair(
        "When will the new airport in Kesh open?",
        "The new airport in Kesh will open on 30 March.",
        "The airport in Kesh is to open at the end of March, its manager said on 4 February.",
    ),
    make_pair(
        "Who is the mayor of Sarn?",
        "The mayor of Sarn, Pavel Dorsch, blamed the builders.",
        "Ilona Berec, who wants to become mayor of Sarn, blamed the builders.",
    ),
    make_pair(
        "Who is the coach of Holm Rangers?",
        "Holm Rangers coach Terje Lund said his team had been unlucky.",
        "Brevik coach Anja Solberg said Holm Rangers had been unlucky.",
    ),
    make_pair(
        "What was the result of the match between Holm Rangers and Brevik?",
        "Holm Rangers lost 1-2 at home to Brevik on Sunday.",
        "In autumn Holm Rangers had won 3-0 at Brevik.",
        "2025-03-03",
        "2025-03-03",
    ),
    make_pair(
        "How many people took part in the march in Kesh?",
        "About 20,000 people marched through Kesh on Saturday, police said.",
        "More than 400 people were in the first row of the march through Kesh on Saturday.",
        "2025-03-09",
        "2025-03-09",
    ),
]
