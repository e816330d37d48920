"""Words of the assistant's training turns: numbers, times, durations, places, things, and a small template language.

Why a module: every generator draws its slot values here, so one place keeps the values of the held-out list out
(`HELD_OUT`), and a share of the values are random words, so the model learns to copy instead of to recall.
"""
import pathlib
import re
import zlib

HELD_OUT = set("""lasagna kiln stretching pantry conservatory studio den lisbon nairobi melbourne turquoise aquarium
buenos""".split())

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen").split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(r, n):
    """n (0 to 999,999) in words as people say it, with and without `and`, `a hundred` or `one hundred`."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (" " + ONES[n % 10] if n % 10 else "")
    base, unit = (1000, "thousand") if n >= 1000 else (100, "hundred")
    head = "a" if n // base == 1 and r.random() < 0.3 else number(r, n // base)
    rest = n % base
    if not rest:
        return f"{head} {unit}"
    return f"{head} {unit}{' and' if rest < 100 and r.random() < 0.5 else ''} {number(r, rest)}"


def some_number(r, top=100):
    """A number in words, small ones oftener."""
    n = r.choice([r.randint(1, 12), r.randint(1, 30), r.randint(1, 100), r.randint(1, top), r.choice([10, 20, 25, 30, 50, 100])])
    return number(r, min(n, top))


def amount(r):
    """An amount before a unit."""
    k = r.random()
    if k < 0.10:
        return "a"
    if k < 0.16:
        return r.choice(["half a", "one and a half", "two and a half", "three quarters of a"])
    if k < 0.26:
        return f"{some_number(r)} point {r.choice(ONES[1:10])}"
    if k < 0.32:
        return f"{r.choice(ONES[1:13])} and a half"
    return some_number(r, 5000)


def duration(r):
    """(noun form, adjective form) of a duration: `ten minutes`, `ten minute`."""
    unit = r.choice(["minute"] * 6 + ["second", "second", "hour", "hour"])
    n = r.choice([r.randint(1, 12), r.randint(1, 59), r.choice([5, 10, 15, 20, 30, 45, 60, 90])])
    word = number(r, n)
    k = r.random()
    if k < 0.08:
        return r.choice([("half an hour", "half hour"), ("a minute", "one minute"), ("an hour", "one hour"),
                         ("a quarter of an hour", "quarter hour"), ("an hour and a half", "hour and a half"),
                         ("a minute and a half", "minute and a half"), ("three quarters of an hour", "three quarter hour"),
                         ("a couple of minutes", "two minute"), ("half a minute", "half minute")])
    if k < 0.18:
        return f"{word} and a half {unit}s", f"{word} and a half {unit}"
    if k < 0.34:
        big, small = r.choice([("hour", "minute"), ("minute", "second")])
        m, s = number(r, r.randint(1, 12)), number(r, r.randint(2, 59))
        bigs = big if m == "one" else big + "s"
        m = ("an" if big == "hour" else "a") if m == "one" and r.random() < 0.5 else m
        text = f"{m} {bigs}{r.choice([' and', '', ' and'])} {s} {small}s"
        return text, text[:-1]
    if k < 0.38:
        return word, word
    return f"{word} {unit}{'' if n == 1 else 's'}", f"{word} {unit}"


PART = ["in the morning", "in the evening", "in the afternoon", "at night"]


def clock(r):
    """A time of day as said."""
    h = r.choice(ONES[1:13])
    k = r.random()
    if k < 0.05:
        return r.choice(["noon", "midnight", "midday"])
    if k < 0.15:
        return r.choice(["half past ", "quarter past ", "quarter to ", "a quarter to ", "a quarter past "]) + h
    if k < 0.22:
        return number(r, r.choice([5, 10, 20, 25, 13, 7])) + r.choice([" past ", " to ", " minutes past ", " after "]) + h
    if k < 0.38:
        base = h
    elif k < 0.5:
        base = h + " o'clock"
    elif k < 0.58:
        base = f"{h} {r.choice(['oh', 'o'])} {r.choice(ONES[1:10])}"
    else:
        base = f"{h} {number(r, r.choice([15, 30, 45, 20, 10, 40, 50, r.randint(10, 59)]))}"
    return base + r.choice(["", "", "", "", " am", " pm", " a m", " p m", " am", " " + r.choice(PART)])


DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
ROOMS = """kitchen|living room|bedroom|bathroom|hallway|hall|office|garage|basement|attic|dining room|study|nursery|porch|garden|
backyard|guest room|kids room|kid's room|laundry room|entrance|stairs|upstairs|downstairs|patio|balcony|family room|master bedroom|
lounge|playroom|workshop|library|closet|terrace|front yard|driveway|shed|corridor|cellar|loft|spare room|foyer|music room""".replace("\n", "").split("|")
CITIES = """tokyo|london|paris|new york|berlin|sydney|chicago|los angeles|mumbai|beijing|moscow|madrid|rome|toronto|singapore|dubai|
boston|seattle|denver|delhi|cairo|lagos|oslo|stockholm|vienna|athens|dublin|hong kong|seoul|bangkok|jakarta|manila|mexico city|
rio de janeiro|lima|santiago|san francisco|miami|houston|dallas|hawaii|alaska|california|texas|japan|china|india|germany|france|
brazil|canada|spain|italy|england|scotland|ireland|sweden|norway|poland|prague|budapest|warsaw|helsinki|copenhagen|amsterdam|
brussels|zurich|geneva|istanbul|tehran|karachi|shanghai|perth|auckland|cape town|casablanca|vancouver|montreal|havana""".replace("\n", "").split("|")
TIMER_NAMES = """pasta|pizza|egg|eggs|tea|coffee|cake|cookies|chicken|rice|bread|oven|laundry|workout|nap|break|study|homework|
meditation|yoga|soup|steak|potatoes|dryer|washing|kids|bath|game|reading|plank|run|noodles|fish|turkey|pie|beans|shower|parking|
meeting|brownies|dough|medicine|sauce|dishes|call""".replace("\n", "").split("|")
COLORS = """red|blue|green|yellow|orange|pink|white|warm white|cool white|cyan|magenta|violet|teal|gold|amber|lavender|dark blue|
light blue|lime|soft white|peach|crimson|mint|rose|daylight|light green|deep red|sky blue""".replace("\n", "").split("|")
ON_OFF = """fan|ceiling fan|tv|television|heater|kettle|coffee maker|coffee machine|radio|printer|oven|stove|plug|outlet|socket|
computer|air conditioner|air conditioning|heating|humidifier|dehumidifier|air purifier|speaker|stereo|toaster|iron|charger|monitor|
router|space heater|water heater|boiler|fountain|christmas tree|projector|electric blanket|game console|microwave|security system|
camera|doorbell|extractor fan|smart plug|power strip|pump|fireplace|hot tub|rice cooker|towel rail""".replace("\n", "").split("|")
OPENING = """blinds|curtains|garage door|garage|window|windows|gate|shutters|door|front door|skylight|awning|shades|back door|
drapes|blind|roof window|front gate|cat flap|patio door|valve|vent""".replace("\n", "").split("|")
LOCKS = """front door|back door|door|gate|car|garage|garage door|windows|side door|doors|patio door|safe|main door|basement door|
cellar door|shed|front gate|house""".replace("\n", "").split("|")
RUNNING = """dishwasher|vacuum|robot vacuum|robot|washing machine|washer|dryer|coffee maker|coffee machine|sprinkler|sprinklers|mower|
lawn mower|vacuum cleaner|bread maker|irrigation|laundry|roomba|fan|pump|espresso machine|air purifier|pool cleaner|mixer""".replace("\n", "").split("|")
UNITS = {"length": "mile miles|kilometer kilometers|meter meters|centimeter centimeters|inch inches|foot feet|yard yards|millimeter millimeters",
         "mass": "pound pounds|kilogram kilograms|kilo kilos|gram grams|ounce ounces|stone stone|ton tons",
         "volume": "liter liters|gallon gallons|cup cups|milliliter milliliters|pint pints|quart quarts|tablespoon tablespoons|teaspoon teaspoons|fluid ounce fluid ounces",
         "time": "second seconds|minute minutes|hour hours|day days|week weeks|year years|month months",
         "temperature": "fahrenheit fahrenheit|celsius celsius|kelvin kelvin",
         "speed": "mile per hour miles per hour|kilometer per hour kilometers per hour|knot knots",
         "data": "megabyte megabytes|gigabyte gigabytes|kilobyte kilobytes|byte bytes"}


def unit_pairs():
    """{kind: [(singular, plural)]} from the table above."""
    table = {}
    for kind, text in UNITS.items():
        rows = []
        for item in text.split("|"):
            words = item.split()
            rows.append((" ".join(words[:len(words) // 2]), " ".join(words[len(words) // 2:])))
        table[kind] = rows
    return table


UNIT_PAIRS = unit_pairs()
CONSUMED = "light lights latte mocha espresso milk sugar cream drink drinks louder quieter warmer cooler brighter timer alarm volume sound".split()
IMPERATIVE = set("""set start make give put begin create add cancel stop delete remove end turn clear kill reset quit shut abort take silence
switch wake get schedule ring buzz beep sound roll throw cast toss shake flip do run wait check show read tell call alert notify remind warn
count time let disable undo unset lock unlock open close dim brighten lower raise increase decrease change activate power bring order
mix fix prepare pour brew grab mute unmute crank cool heat warm boost reduce adjust repeat say keep hush drop lift light pull""".split())
COMMON = set("""please thanks thank okay hello today tonight tomorrow yesterday about half that this what when where which would could should
minutes seconds hours degrees percent celsius fahrenheit point louder quieter another again more less much many there everything timers alarms""".split())
RARE = ["zephyr", "quartz", "maple", "orion", "pixel"]


def load_rare(data):
    """Fill RARE with words of read English (public domain): random values to copy."""
    count = {}
    for line in (pathlib.Path(data) / "text" / "read-sentences.txt").read_text().lower().splitlines():
        for w in re.findall(r"[a-z]+", line):
            count[w] = count.get(w, 0) + 1
    known = set(" ".join(ROOMS + ON_OFF + OPENING + LOCKS + RUNNING + COLORS + TIMER_NAMES + DAYS + list(UNITS.values())
        + CONSUMED).replace("|", " ").split())
    words = sorted(w for w, n in count.items() if 2 <= n <= 60 and 4 <= len(w) <= 10 and w not in HELD_OUT | known | IMPERATIVE | COMMON)
    RARE[:] = words


def pick(r, values, rare=0.35, pair=0.3):
    """One of `values`, or now and then a random word (or two) instead."""
    if HOLD["held"] and r.random() < 0.3:
        return r.choice(sorted(HELD_OUT - {"buenos"}))
    if r.random() < rare:
        w = r.choice(RARE)
        return w + " " + r.choice(RARE) if r.random() < pair else w
    return r.choice(values)


HOLD = {"held": False, "used": False}  # held: draw phrasings that are never trained on; used: one was drawn since it was cleared


def is_held(template):
    """One phrasing in sixteen is kept from the training, whatever its arguments."""
    return zlib.crc32(template.encode()) % 16 == 5


def phrase(r, forms):
    """One of the phrasings: of those that may be trained on, or in hold-out mode of the others, where there are any."""
    held = [f for f in forms if is_held(f)]
    if HOLD["held"]:
        HOLD["used"] |= bool(held)
        return r.choice(held or forms)
    return r.choice([f for f in forms if not is_held(f)] or forms)


def expand(r, template, **slots):
    """Expand `[a|b|]` (nested) at random, then `{slot}`; spaces are tidied."""
    while "[" in template:
        template = re.sub(r"\[([^\[\]]*)\]", lambda m: r.choice(m.group(1).split("|")), template)
    return re.sub(r"\s+", " ", template.format(**slots)).strip()


def polite(r, text):
    """Wrap an imperative in what people put around it; other sentences get at most an opener."""
    openers = ["hey ", "okay ", "um ", "computer ", "uh ", "so ", "now ", "hi "]
    if text.split(" ")[0] not in IMPERATIVE:
        return r.choice([""] * 12 + openers) + text + r.choice([""] * 10 + [" please"] * ("please" not in text))
    head = r.choice([""] * 18 + openers[:4] + 2 * ["please ", "can you ", "could you ", "can you please ", "would you ",
        "i want you to ", "i need you to ",
                    "will you ", "go ahead and ", "i would like you to ", "hey can you ", "could you please ",
                    "i'd like you to "])
    tail = r.choice([""] * 12 + [" please", " please", " for me", " now", " thanks", " right now", " for me please",
        " thank you"])
    return head + text + ("" if "please" in head + text and "please" in tail or tail.strip() in text else tail)


def call(tool, **args):
    """`tool key=value …` in the order given, empty values left out."""
    return " ".join([tool] + [f"{k}={v}" for k, v in args.items() if v])
