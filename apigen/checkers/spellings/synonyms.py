"""Words and abbreviations that say the same everywhere: units, currencies, how often, he and she."""

# One group a line, phrases between bars: each says each. Inflections need no entry.
_TABLE = """
millimeters|millimeter|millimetres|millimetre|mm
centimeters|centimeter|centimetres|centimetre|cm|cms
meters|meter|metres|metre|m
kilometers|kilometer|kilometres|kilometre|km|kms|kilometric
inches|inch|in.|"
feet|foot|ft|'
yards|yard|yd|yds
miles|mile|mi
nautical miles|nautical mile|nmi|nm
milligrams|milligram|mg
grams|gram|g|gramme|grammes
kilograms|kilogram|kg|kgs|kilo|kilos
tonnes|tonne|metric tons|metric ton|metric tonnes|t
us tons|us ton|short tons|short ton|american tons|tons|ton
ounces|ounce|oz
pounds|pound|lb|lbs
stone|stones|st
milliliters|milliliter|millilitres|millilitre|ml
liters|liter|litres|litre|l
cubic meters|cubic meter|cubic metres|cubic metre|m3|m^3|cbm
square meters|square meter|square metres|square metre|m2|m^2|sqm|sq m
teaspoons|teaspoon|tsp|tsps
tablespoons|tablespoon|tbsp|tbsps
fluid ounces|fluid ounce|fl oz|fl. oz|oz|ounces
gallons|gallon|gal
quarts|quart|qt
pints|pint|pt
celsius|°c|c|centigrade
fahrenheit|°f|f
kelvin|k|kelvins
meters per second|metres per second|meter per second|m/s|mps
kilometers per hour|kilometres per hour|km/h|kmh|kph|km per hour|km an hour|kilometers an hour|kilometres an hour
miles per hour|mph|miles an hour|mi/h|miles/hour
feet per second|ft/s|fps|feet a second
knots|knot|kt|kts|kn
bits|bit
kilobits|kilobit|kbit|kb
megabits|megabit|mbit|mb|mbps
gigabits|gigabit|gbit|gb|gbps
bytes|byte|b
kilobytes|kilobyte|kb|kib
megabytes|megabyte|mb|mib|megs
gigabytes|gigabyte|gb|gib|gigs
terabytes|terabyte|tb|tib
hertz|hz
kilohertz|khz
megahertz|mhz
gigahertz|ghz
seconds|second|sec|secs|s
minutes|minute|min|mins
hours|hour|hr|hrs|h
years|year|yrs|yr|how old|year-old|age
joules|joule|j
calories|calorie|cal|kcal
yearly|annual|annually|every year|each year|once a year|per annum|a year
half yearly|semiannual|semiannually|semi-annually|twice a year|biannually|half-yearly|half year|every six months|every 6 months
quarterly|every quarter|each quarter|every three months|every 3 months|four times a year
monthly|every month|each month|once a month|a month|per month|12 times a year
biweekly|fortnightly|every fortnight|a fortnight|every two weeks|every 2 weeks|every other week|every second week
weekly|every week|each week|once a week|a week|per week
daily|every day|each day|once a day|a day|per day|365 times
hourly|every hour|each hour|an hour|per hour
ascending|ascend|increasing|smallest first|lowest first|smallest to largest|lowest to highest|low to high|asc
descending|descend|decreasing|largest first|highest first|largest to smallest|highest to lowest|high to low|desc
addition|add|adding|added|plus|sum|+
subtraction|subtract|subtracting|subtracted|minus|difference|-
multiplication|multiply|multiplying|times|multiplied|product|*
division|divide|dividing|divided by|quotient|/
uk|gb|u.k.|british|britain|england|united kingdom|imperial
weight lifting|weightlifting|lifting weights|lifted weights|weights
rope jumping|jump rope|jumping rope|jumped rope|skipping rope|rope skipping
upper|uppercase|upper-case|capitals|capital letters|all caps|caps
lower|lowercase|lower-case|small letters
usd|us dollars|us dollar|dollars|dollar|$|bucks
eur|euros|euro|€
gbp|pounds|pound|pounds sterling|sterling|£|quid
jpy|yen|japanese yen|¥
chf|swiss francs|swiss franc|francs
cad|canadian dollars|canadian dollar
aud|australian dollars|australian dollar
inr|rupees|rupee|indian rupees|₹
cny|yuan|renminbi|rmb|¥
en|english
de|german|germany
fr|french|france
es|spanish|spain
it|italian|italy
pt|portuguese|portugal
ja|japanese
jp|japan|japanese
zh|chinese
cn|china|chinese
in|india
ca|canada|canadian
au|australia|australian
true|yes
false|no
"""
# Only the first of a line is said by the others: `she` is female, and `wife` is not `she`.
_SAID_BY = """
round trip|return|there and back|both ways|way back
female|woman|women|girl|lady|she|her|wife|mother|mom|mum|daughter|sister|grandmother|aunt|girlfriend
male|man|men|boy|guy|he|his|him|husband|father|dad|son|brother|grandfather|uncle|boyfriend
up|ceil|ceiling|upwards
down|floor|downwards
nearest|closest|half up
included|including|includes|inclusive|incl|gross|already
excluded|excluding|excludes|exclusive|excl|net|before tax|plus tax|without
us|u.s.|usa|america|american|united states|customary
imperial|british|uk|u.k.|british
metric|kg|cm|km|kilograms|meters|metres|celsius
soccer|football
running|run|ran|jog|jogging|jogged
cycling|cycle|bike|biking|biked|bicycle|bicycling|rode my bike
swimming|swim|swam|laps
sedentary|inactive|desk job|little or no exercise
encode|into morse|to morse
decode|from morse|out of morse|back into text|to text|to plain text|to english|mean|say
encrypt|encipher|encode|cipher
decrypt|decipher|decode|crack
"""


def _read_synonyms() -> dict[str, tuple[tuple[str, ...], ...]]:
    groups: dict[str, tuple[tuple[str, ...], ...]] = {}
    for line in _TABLE.strip().splitlines():
        group = tuple(line.split("|"))
        for phrase in group if len(group[0]) > 2 else group[:1]:  # a language's code does not stand for its name
            groups[phrase] = (*groups.get(phrase, ()), group)
    for line in _SAID_BY.strip().splitlines():
        head, *phrases = line.split("|")
        groups[head] = (*groups.get(head, ()), tuple(phrases))
    return groups


SYNONYMS = _read_synonyms()
"""The groups that a word or phrase belongs to."""
