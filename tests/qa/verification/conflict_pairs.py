"""Pairs of invented sentences that contradict each other, and pairs that only seem to.

A pair is a question, the texts of two articles, and their dates; a title precedes its text and a bar. These
pairs were used to write the rules; those in `conflict_pairs_held_out` only measure them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    question: str
    first: str
    second: str
    days: tuple[str, str] = ("2024-05-03", "2024-05-03")


def make_pair(question: str, first: str, second: str, *days: str) -> Pair:
    return Pair(question, first, second, (days[0], days[1])) if days else Pair(question, first, second)


NEXT_DAY = ("2024-05-03", "2024-05-04")

DIFFERENT = [
    # casualties
    make_pair(
        "How many people died in the Orlec mine?",
        "Forty-seven people died when gas exploded in the Orlec mine on Friday.",
        "The explosion in the Orlec mine killed 52 people, rescuers said.",
    ),
    make_pair(
        "How many people were killed in the earthquake in Tamsa?",
        "The earthquake in Tamsa killed at least 310 people, the interior ministry said.",
        "At least 468 people have now been killed in the Tamsa earthquake, the ministry said.",
        *NEXT_DAY,
    ),
    make_pair(
        "How many were injured in the Brack tram crash?",
        "Nineteen passengers were injured when two trams crashed in Brack on Thursday.",
        "The Brack tram crash left 26 passengers injured, the fire brigade said.",
    ),
    make_pair(
        "What is the death toll of the flood in Quellen?",
        "The death toll of the flood in Quellen rose to 81 on Friday.",
        "The flood in Quellen has claimed 96 lives, officials said.",
        *NEXT_DAY,
    ),
    make_pair(
        "How many miners are missing in Orlec?",
        "Rescuers said twelve miners were missing after the blast in Orlec.",
        "Fifteen miners are still missing in Orlec, their union said.",
    ),
    # prices and costs
    make_pair(
        "How much will the new Selby library cost?",
        "The new library in Selby will cost 14 million euros, the mayor said.",
        "Selby's new library is to cost 19.5 million euros, according to the auditors.",
    ),
    make_pair(
        "What does a day ticket for the Lund tram cost?",
        "A day ticket for the Lund tram costs 6 euros.",
        "A day ticket for the Lund tram now costs 7.50 euros.",
        "2024-01-10",
        "2024-05-04",
    ),
    make_pair(
        "How much did Halden pay for the Vik shipyard?",
        "Halden paid $340 million for the Vik shipyard.",
        "The Vik shipyard went to Halden for $410 million, two people close to the deal said.",
    ),
    make_pair(
        "How much was the fine against Norrbank?",
        "The regulator fined Norrbank 25 million crowns for lax controls.",
        "Norrbank must pay a fine of 32 million crowns for lax controls.",
    ),
    # votes
    make_pair(
        "What share of the vote did Ada Kerr win in Moss?",
        "Ada Kerr won 53 percent of the vote in Moss.",
        "In Moss, Ada Kerr took 58 percent of the vote, the paper's own count found.",
    ),
    make_pair(
        "How many deputies voted for the water law?",
        "The water law passed with 88 deputies voting in favour.",
        "A total of 93 deputies voted for the water law.",
    ),
    make_pair(
        "How many signatures did the petition against the Brenn dam collect?",
        "The petition against the Brenn dam collected 41,000 signatures.",
        "Opponents of the Brenn dam handed in a petition with 36,500 signatures.",
    ),
    # dates
    make_pair(
        "When does the Vik tunnel open?",
        "The Vik tunnel will open on 4 June, the road agency said.",
        "The opening of the Vik tunnel is now planned for 18 September.",
        "2024-02-01",
        "2024-04-30",
    ),
    make_pair(
        "When was the Selby mill built?",
        "The Selby mill was built in 1764.",
        "The mill in Selby, built in 1792, is to become a museum.",
    ),
    make_pair(
        "When will the trial of Piet Lang begin?",
        "The trial of Piet Lang will begin on 12 May in Brack.",
        "Piet Lang's trial is to begin on 14 May, his lawyer said.",
    ),
    make_pair(
        "When does Moss elect its council?",
        "Moss elects a new council on June 9.",
        "Moss will elect its council on June 16.",
    ),
    # officials
    make_pair(
        "Who is the mayor of Quellen?",
        "Quellen's mayor, Vera Holt, opened the fair.",
        "The new mayor of Quellen, Jonas Adler, took office on Monday.",
        "2023-06-01",
        "2024-05-02",
    ),
    make_pair(
        "Who is the director of the Tamsa zoo?",
        "The director of the Tamsa zoo, Lena Marsh, said the panda was well.",
        "Oskar Feld, director of the Tamsa zoo, announced the birth of a tapir.",
        "2023-11-05",
        "2024-04-20",
    ),
    make_pair(
        "Who was the captain of the freighter Arkona?",
        "The captain of the freighter Arkona, Nils Berg, was the last to leave.",
        "Captain Nico Brandt was the last to leave the freighter Arkona.",
    ),
    # sport
    make_pair(
        "What was the score of the match between Brack United and Moss Rovers?",
        "Brack United beat Moss Rovers 3-1 on Saturday.",
        "Brack United won 4-1 against Moss Rovers on Saturday.",
    ),
    make_pair(
        "How many goals has Timo Renner scored this season?",
        "Timo Renner has scored 17 goals this season.",
        "The striker Timo Renner has 19 goals this season.",
    ),
    make_pair(
        "How many spectators saw the final in Lund?",
        "A crowd of 32,400 spectators saw the final in Lund.",
        "The final in Lund was watched by 38,900 spectators.",
    ),
    # temperatures and measures
    make_pair(
        "How hot was it in Tamsa on Friday?",
        "It was 41.2 degrees in Tamsa on Friday, the weather service said.",
        "Tamsa measured 39.6 degrees on Friday, a record for May.",
    ),
    make_pair(
        "How long is the new Vik tunnel?",
        "The new Vik tunnel is 7.4 kilometres long.",
        "At 9.1 kilometres, the new Vik tunnel is the longest of the region.",
    ),
]

ALIKE = [
    # different things of one event
    make_pair(
        "How many people died in the Orlec mine?",
        "Forty-seven people died when gas exploded in the Orlec mine on Friday.",
        "Twelve people were injured when gas exploded in the Orlec mine on Friday.",
    ),
    make_pair(
        "How many people were killed in the Brack tram crash?",
        "Four people were killed when two trams crashed in Brack.",
        "Some 140 people were on board when the two trams crashed in Brack.",
    ),
    make_pair(
        "How many people were killed in the earthquake in Tamsa?",
        "The earthquake in Tamsa killed 310 people.",
        "The earthquake in Tamsa killed 310 people, including 64 children.",
    ),
    make_pair(
        "How many people were killed in the earthquake in Tamsa?",
        "The earthquake in Tamsa killed 310 people.",
        "Among the victims of the earthquake in Tamsa were 64 people from one village.",
    ),
    # the same number, otherwise written
    make_pair(
        "How many people died in the Orlec mine?",
        "Forty-seven people died in the Orlec mine.",
        "The disaster in the Orlec mine killed 47 people.",
    ),
    make_pair(
        "How many people died in the Orlec mine?",
        "The blast killed 47 people in the Orlec mine.",
        "About 50 people were killed in the blast in the Orlec mine.",
    ),
    make_pair(
        "How many ships lay off Vik?",
        "Two ships lay off Vik on Monday.",
        "The 2 ships lay off Vik on Monday.",
    ),
    make_pair(
        "How much will the new Selby library cost?",
        "The new Selby library will cost 14.2 million euros.",
        "The new Selby library will cost 14 million euros.",
    ),
    make_pair(
        "How many spectators saw the final in Lund?",
        "The final in Lund drew 32,417 spectators.",
        "More than 32,000 spectators saw the final in Lund.",
    ),
    make_pair(
        "How many signatures did the petition against the Brenn dam collect?",
        "The petition against the Brenn dam collected 41,000 signatures.",
        "The petition against the Brenn dam collected over 40,000 signatures.",
    ),
    # other places, people and years
    make_pair(
        "How many people died in the Orlec mine?",
        "Forty-seven people died in the Orlec mine.",
        "Thirty-one people died in the Zabor mine.",
    ),
    make_pair(
        "How many people were killed in Tamsa?",
        "The shelling of Tamsa killed nine people on Monday.",
        "The shelling of Tamsa killed 14 people on Thursday.",
        "2024-05-03",
        "2024-05-03",
    ),
    make_pair(
        "How many visitors did the Lund book fair have?",
        "The Lund book fair counted 12,300 visitors.",
        "The Lund book fair counted 14,900 visitors.",
        "2022-05-03",
        "2023-05-04",
    ),
    make_pair(
        "How many visitors came to the Selby museum?",
        "In 2022 the Selby museum counted 91,000 visitors.",
        "In 2023 the Selby museum counted 104,000 visitors.",
    ),
    make_pair(
        "How much does the mayor of Moss earn?",
        "The mayor of Moss earns 84,000 euros.",
        "The mayor of Brack earns 97,000 euros.",
    ),
    # percentages of different quantities
    make_pair(
        "By what percentage did rents rise in Lund?",
        "Rents in Lund rose by 7 percent last year.",
        "House prices in Lund rose by 12 percent last year.",
    ),
    make_pair(
        "What share of the vote did Ada Kerr win in Moss?",
        "Ada Kerr won 53 percent of the vote in Moss.",
        "Turnout in Moss was 71 percent.",
    ),
    make_pair(
        "What share of the vote did Ada Kerr win in Moss?",
        "Ada Kerr won 53 percent of the vote in Moss.",
        "Piet Lang won 41 percent of the vote in Moss.",
    ),
    # a total and its part
    make_pair(
        "How many hangers does the Vik bridge have?",
        "The Vik bridge hangs from 64 hangers.",
        "Engineers found rust in 31 of the Vik bridge's hangers.",
    ),
    make_pair(
        "How many soldiers were sent to Quellen?",
        "The army sent 800 soldiers to Quellen.",
        "Another 300 soldiers were sent to Quellen.",
    ),
    make_pair(
        "How many turbines does the Gorm wind farm have?",
        "The Gorm wind farm has 38 turbines.",
        "The first 12 turbines of the Gorm wind farm went into service.",
    ),
    # readings of different days
    make_pair(
        "How hot was it in Tamsa?",
        "It was 41.2 degrees in Tamsa.",
        "It was 38.5 degrees in Tamsa.",
        *NEXT_DAY,
    ),
    make_pair(
        "What does a barrel of oil cost?",
        "A barrel of Brent oil cost 84.10 dollars on Monday.",
        "A barrel of Brent oil cost 86.40 dollars on Thursday.",
        "2024-04-29",
        "2024-05-02",
    ),
    # other units and rates
    make_pair(
        "How much does the Vik ferry cost?",
        "The Vik ferry costs 14 euros.",
        "The Vik ferry carries 120 cars.",
    ),
    make_pair(
        "How long is the new Vik tunnel?",
        "The new Vik tunnel is 7.4 kilometres long.",
        "The new Vik tunnel is 4.6 miles long.",
    ),
    make_pair(
        "How many cars use the Vik bridge?",
        "The Vik bridge carries 9,800 cars a day.",
        "The Vik bridge carries 3.6 million cars a year.",
    ),
    # dates of different things, or the same date
    make_pair(
        "When does the Vik tunnel open?",
        "The Vik tunnel will open on 4 June.",
        "Work on the Vik tunnel began on 11 March 2019.",
    ),
    make_pair(
        "When does the Vik tunnel open?",
        "The Vik tunnel will open on 4 June 2024.",
        "The Vik tunnel is to open in June.",
    ),
    make_pair(
        "When will the trial of Piet Lang begin?",
        "The trial of Piet Lang will begin on Oct. 27.",
        "The trial of Piet Lang will begin on 27 October.",
    ),
    make_pair(
        "When will the trial of Piet Lang begin?",
        "The trial of Piet Lang will begin on 12 May.",
        "The trial of Mara Stein will begin on 19 May.",
    ),
    # names in other roles, or of one person
    make_pair(
        "Who is the mayor of Quellen?",
        "Quellen's mayor, Vera Holt, opened the fair.",
        "Quellen's deputy mayor, Jonas Adler, closed the fair.",
    ),
    make_pair(
        "Who is the mayor of Quellen?",
        "Quellen's mayor, Vera Holt, opened the fair.",
        "Mayor Holt of Quellen thanked the volunteers.",
    ),
    make_pair(
        "Who is the mayor of Quellen?",
        "Quellen's mayor, Vera Holt, opened the fair.",
        "The mayor of Brack, Jonas Adler, came to Quellen for the fair.",
    ),
    make_pair(
        "Who is the mayor of Quellen?",
        "Quellen's mayor, Vera Holt, opened the fair.",
        "Quellen's former mayor, Jonas Adler, opened the fair.",
    ),
    # sport
    make_pair(
        "What was the score of the match between Brack United and Moss Rovers?",
        "Brack United beat Moss Rovers 3-1 on Saturday.",
        "Brack United led Moss Rovers 1-0 at half-time on Saturday.",
    ),
    make_pair(
        "What was the score of the match between Brack United and Moss Rovers?",
        "Brack United beat Moss Rovers 3-1 on Saturday.",
        "Lund Town beat Moss Rovers 2-0 on Wednesday.",
    ),
    make_pair(
        "How many goals has Timo Renner scored this season?",
        "Timo Renner has scored 17 goals this season.",
        "Timo Renner scored two goals on Saturday.",
    ),
]
