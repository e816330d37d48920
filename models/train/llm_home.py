"""Training turns of the house and the counter: light, switch, thermostat, order, volume, repeat, stop.

Same contract as llm_clock: a generator takes a random.Random and returns a Turn.  The drink orders use the slot values
of the published coffee grammar in wording of our own.
"""
from llm_clock import Turn, turn
from llm_words import COLORS, LOCKS, ON_OFF, OPENING, ROOMS, RUNNING, call, expand, phrase, number, pick, polite

NO_THE = {"upstairs", "downstairs", "everywhere", "outside"}


def room(r):
    """(value, as the place phrase `in the x`, as the owner `the x`)."""
    p = pick(r, ROOMS, 0.3, 0.15)
    if p in NO_THE:
        return p, p, p
    the = r.choice(["the ", "the ", "the ", "the ", "my ", "our ", ""])
    return p, ("on " if p in ("patio", "porch", "terrace", "balcony") and r.random() < 0.6
        else "in ") + (the or "the ") + p, the + p


def where(p):
    """Place in a reply."""
    return "" if not p else " " + p if p in NO_THE else f" in the {p}"


def level(r):
    n = r.choice([10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100, r.randint(1, 100)])
    return r.choice([number(r, n) + " percent"] * 6 + [number(r, n), "half", "full", "maximum", "minimum", "max"])


LAMP = "[light|lights|lights|lamp|lamps]"


def light_on_off(r):
    action = r.choice(["on", "off"])
    k = r.random()
    p, inp, the = room(r)
    if k < 0.25:
        p, form = "", ["[turn|switch|put] {a} [the|my|] " + LAMP, "[turn|switch|put] [the|my] " + LAMP + " {a}", LAMP + " {a}",
            "[the |]lights {a} please"]
        form += ["[kill|cut|shut off|extinguish] the lights", "no lights",
            "make it dark"] if action == "off" else ["i need [some |more |]light", "give me [some |]light", "lights please",
            "light it up"]
    elif k < 0.34:
        p = r.choice(["all", "all", "every", "all"])
        noun = "light" if p == "every" else "[the |my |]lights"
        form = ["[turn|switch|put] {a} {p} " + noun, "[turn|switch] {p} " + noun + " {a}", "{p} " + noun.replace("[the |my |]",
            "") + " {a}"]
    else:
        form = ["[turn|switch|put|flip] {a} {o} " + LAMP, "[turn|switch|put] {a} [the|] " + LAMP + " {i}",
            "[turn|switch|put] {o} " + LAMP + " {a}", "[turn|switch|put] the " + LAMP + " {a} {i}",
                "{p} " + LAMP + " {a}", LAMP + " {a} {i}", "[i want|i need|i'd like] [the |]lights {a} {i}",
                "i want {o} lights {a}", "turn {a} the " + LAMP + " of {o}", "{a} with {o} lights",
                "get {o} lights {a}", "{i} turn the lights {a}"]
        form += ["would you mind turning {a} {o} " + LAMP, "[have|get|see that] {o} lights [turned |switched |]{a}",
            "{o} lights should be {a}", "turn everything {a} {i}", "can {o} lights be [turned|switched] {a}",
                 "i need {o} lights to be {a}", "go and turn {a} the light {i}", "[could you|can you|please] get {o} light {a}"]
        if action == "off":
            form += ["we don't need light {i}", "leave {o} dark", "[kill|cut|shut off|turn out] {o} lights",
                "[kill|shut off] the lights {i}", "no more light {i}", "make {o} dark"]
        else:
            form += ["[light up|illuminate] {o}", "[i need|give me|put some] light {i}", "activate {o} lights",
                "it should be light {i}", "could we have light {i}", "put light on {i}"]
    user = expand(r, phrase(r, form), a=action, p=p, o=the, i=inp)
    say = f"The lights{where(p) if p not in ('all', 'every') else ''} are {action}." if p not in ("all",
        "every") else f"All the lights are {action}."
    return turn(r, polite(r, user), call("light", action=action, place=p), "ok", say)


def light_level(r):
    action = r.choice(["dim", "dim", "brighten", "set"])
    p, inp, the = room(r) if r.random() < 0.6 else ("", "", "")
    own = f"{the} lights" if p else "the lights"
    lv = level(r) if action == "set" or r.random() < 0.45 else ""
    by = lv and action != "set" and "percent" in lv and r.random() < 0.2
    to = ("by " if by else "to ") + lv if lv else ""
    if action == "dim":
        form = ["[dim|lower|turn down|darken|soften|reduce] {o} {t}", "[turn|bring|take] {o} down {t}",
            "[dim|lower|turn down] the [light|lights|brightness] {i} {t}", "[make|i want] {o} [dimmer|darker|less bright] {t}"]
        form += ["[it's|it is] too bright {i}", "too bright {i}", "dim it {i} {t}", "{o} are too bright", "that's too bright {i}",
            "i want less light {i}", "not so bright {i}", "could it be darker {i}",
            "make it [darker|dimmer] {i} {t}"] if not lv else []
    elif action == "brighten":
        form = ["[brighten|raise|turn up|increase|boost] {o} {t}", "[turn|bring] {o} up {t}",
            "[turn up|raise|increase|brighten] the [light|lights|brightness] {i} {t}", "make {o} brighter {t}"]
        form += ["[it's|it is] [too|so|pretty] dark {i}", "[i need|i want|give me] more light {i}", "make it brighter {i}",
            "not enough light {i}", "it's [getting |]dark {i}", "{o} are too dim", "that's too dark {i}",
            "could it be brighter {i}", "we need more light {i}", "i can't see [anything |]{i}", "too dark {i}"] if not lv else []
    else:
        form = ["set {o} {t}", "set the [light|lights|brightness|light level] {i} {t}", "[put|change] {o} {t}", "{o} at {l}",
            "[set|put] {o} at {l}", "brightness {i} {l}", "[i want|make] {o} [at |]{l}", "[i'd like|can i have] {o} {t}",
            "i want [the lights|it] at {l} {i}", "lights {l} {i}", "light level {l} {i}"]
    user = expand(r, phrase(r, form), o=own, i=inp, t=to, l=lv)
    verb = {"dim": "dimmed", "brighten": "brighter", "set": "set"}[action]
    say = f"The lights{where(p)} are {verb}{' ' + to if lv else ''}."
    return turn(r, polite(r, user), call("light", action=action, place=p, level=lv), "ok", say)


def light_color(r):
    p, inp, the = room(r) if r.random() < 0.65 else ("", "", "")
    c = pick(r, COLORS, 0.25, 0)
    own = f"{the} [light|lights|lamp|lights]" if p else "[the|my|] [light|lights|lamp|lights]"
    user = expand(r, phrase(r, ["[make|turn|set|change|switch] {o} [to |]{c}", "[make|turn|set|change] the lights {i} [to |]{c}",
        "[set|change|switch] the [light |]color {i} to {c}", "[change|set] {o} color to {c}", "{o} {c}",
                               "[i want|give me|i'd like] {c} [light|lights] {i}", "[put|turn on] {c} [light|lights] {i}",
                               "[can i have|i want] {o} [in |]{c}", "{c} lights {i}", "change {p} to {c}", "make {p} [look |]{c}",
                               "i'd like it {c} {i}", "[can|could] the lights be {c} {i}", "let's have {c} {i}"]).replace("{o}",
                               own), c=c, i=inp, p=the or "the lights")
    return turn(r, polite(r, user), call("light", action="set", place=p, color=c), "ok", f"The lights{where(p)} are {c} now.")


def light(r):
    return r.choice([light_on_off, light_on_off, light_level, light_color])(r)


SWITCH = {
    "on": (ON_OFF, ["[turn|switch|put] on {d}", "[turn|switch|put] {d} on", "[power on|power up|activate|enable|fire up|get] {d}",
        "{b} on", "[i want|i need] {d} [on|turned on]", "can you get {d} on", "would you mind turning on {d}",
        "can {d} be turned on", "[have|get] {d} [turned |switched |]on", "{d} should be on", "let's have {d} on", "{d} please on",
        "boot up {d}"], "on"),
    "off": (ON_OFF, ["[turn|switch|shut] off {d}", "[turn|switch|shut|put] {d} off",
        "[power off|power down|deactivate|disable|cut|kill] {d}", "{b} off", "[i want|i need] {d} [off|turned off]",
        "shut down {d}", "no more {b}", "would you mind turning off {d}", "can {d} be turned off",
        "[have|get] {d} [turned |switched |]off", "{d} should be off", "we don't need {d} [now|anymore]", "i'm done with {d}"],
        "off"),
    "open": (OPENING, ["open [up |]{d}", "[raise|lift|pull up] {d}", "{b} open", "[i want|i need|get] {d} open", "leave {d} open",
        "pull {d} open", "[can you|could you] have {d} opened", "draw {d} back", "can {d} be opened",
        "would you mind opening {d}", "[have|get] {d} opened", "{d} should be open", "let's open {d}"], "open"),
    "close": (OPENING, ["close [up |]{d}", "shut {d}", "[lower|pull down|put down|bring down|drop] {d}", "{b} [closed|shut]",
        "[i want|i need|get] {d} closed", "pull {d} shut", "make sure {d} is [closed|shut]", "draw {d}", "can {d} be closed",
        "would you mind closing {d}", "[have|get] {d} closed", "{d} should be [closed|shut]", "let's close {d}"], "closed"),
    "lock": (LOCKS, ["lock {d}", "lock {d} up", "[secure|bolt] {d}", "[i want|i need|get] {d} locked",
        "is {d} locked if not lock it", "{b} lock", "can {d} be locked", "would you mind locking {d}", "have {d} locked",
        "{d} should be locked", "did you lock {d} if not do it", "make {d} locked"], "locked"),
    "unlock": (LOCKS, ["unlock {d}", "[i want|i need] {d} unlocked", "undo the lock on {d}", "[take the lock off|unbolt] {d}",
        "{b} unlock", "let me in through {d}", "can {d} be unlocked", "would you mind unlocking {d}", "have {d} unlocked",
        "{d} should be unlocked"], "unlocked"),
    "start": (RUNNING, ["[start|run|begin|launch] {d}", "[set off|kick off|start up] {d}", "start running {d}", "let {d} run",
        "[get|have] {d} [started|running|start]", "i want {d} to start", "{b} start", "can {d} be started",
        "would you mind starting {d}", "have {d} [started|running]", "{d} should [start|run] now", "set {d} going",
        "let's start {d}", "make {d} run"], "running"),
    "stop": (RUNNING, ["[stop|halt|pause|end] {d}", "make {d} stop", "stop running {d}", "[i want|i need] {d} [stopped|to stop]",
        "tell {d} to stop", "{b} stop", "can {d} be stopped", "would you mind stopping {d}", "have {d} stopped",
        "{d} should stop", "cut {d} short"], "stopped"),
}


def switch(r):
    action = r.choice(list(SWITCH) + ["on", "off", "on", "off"])
    things, forms, state = SWITCH[action]
    d = pick(r, things, 0.3, 0.4)
    the = r.choice(["the ", "the ", "the ", "my ", ""])
    p, inp, own = room(r) if r.random() < 0.35 else ("", "", "")
    body = the + d
    if p and r.random() < 0.45:
        body = f"{own} {d}" if own.startswith(("the ", "my ", "our ")) else f"the {p} {d}"
        inp = ""
    user = expand(r, phrase(r, forms), d=body, b=d if r.random() < 0.6 else body)
    user = f"{inp} {user}" if inp and r.random() < 0.08 else f"{user} {inp}"
    made = call("switch", device=d, action=action, place=p)
    be = "are" if d.endswith("s") and not d.endswith("ss") else "is"
    return turn(r, polite(r, user.strip()), made, "ok", f"The {d}{where(p)} {be} {state}.")


def thermostat(r):
    p, inp, the = room(r) if r.random() < 0.35 else ("", "", "")
    unit = r.choice(["", " degrees", " degrees", " degrees celsius", " degrees fahrenheit", " celsius", " fahrenheit"])
    kind = r.choice(["set", "set", "up", "down"])
    thing = "[thermostat|temperature|heat|heating|ac|air conditioning|temp]"
    if kind == "set":
        t = number(r, r.choice([r.randint(15, 28), r.randint(60, 80), r.randint(5, 32)])) + unit
        form = ["[set|put|change|adjust|turn|bring] [the|my] " + thing + " {i} [to|at] {t}",
            "[set|put|make|turn|get] it [to |at ]{t} {i}", thing + " {i} [to|at|] {t}", "[set|put] [the|] " + thing
            + " [to|at] {t} {i}",
                "[i want|i'd like|i need] [it|the temperature|the house|the heat] [at|to be] {t} {i}", "make it {t} {i}",
                "[keep|hold] it at {t} {i}", "let's have {t} {i}", "can we have {t} {i}", "bring it [up |down |]to {t} {i}",
                "i'd prefer {t} {i}", "could it be {t} {i}", "{t} {i} please", "go to {t} {i}", "heating [to|at|on] {t} {i}", "put the heat on {t} {i}", "[i like|i prefer] it [at|around] {t} {i}",
            "could you get it to {t} {i}", "change it to {t} {i}",
                "the temperature should be {t} {i}"]
        if p:
            form += ["[heat|cool|warm] {o} to {t}", "[set|put|keep|make] {o} [to|at] {t}", "[warm|heat] {o} up to {t}",
                "{o} [temperature|thermostat] to {t}", "i want {o} at {t}"]
        else:
            form += ["[set|change] to {t}"]
    else:
        n = number(r, r.randint(1, 10)) if r.random() < 0.45 else ""
        t = f"{n} {'degree' if n == 'one' else 'degrees'}" if n and r.random() < 0.8 else n
        by = r.choice(["by ", ""]) + t if t and " " in t else "by " + t if t else ""
        if kind == "up":
            form = ["[turn|bring|put] up [the |my |]" + thing + " {b} {i}", "[turn|bring|put] the " + thing + " up {b} {i}",
                "[raise|increase|boost] the " + thing + " {i} {b}", "make it {b} [warmer|hotter] {i}", "{b} warmer {i}"]
            form += ["[i'm|i am|we're] [cold|freezing|too cold|so cold|chilly|a bit cold]",
                "[it's|it is] [too |so |really |pretty |]cold {i}", "[warm|heat] it up {i}", "warmer please",
                "i need [more heat|it warmer] {i}", "it's [chilly|cold|too cool] {i}", "[warm|heat] up {o}",
                "can it be warmer {i}", "i'd like it [a bit |a little |]warmer {i}",
                "it's [getting|a bit|a little] [cold|chilly|cool] {i}", "[my feet|my hands] are cold", "can you warm {o} up",
                "it could be warmer {i}", "[i'm|i am|we're] getting cold", "it feels [cold|too cold|cool] {i}", "i'm shivering",
                "put some more heat on {i}", "give us [more |some ]heat {i}"] * (not t)
            form += ["[go|turn it] up {b} {i}", "raise it {b} {i}"] if t else []
        else:
            form = ["[turn|bring|put] down [the |my |]" + thing + " {b} {i}", "[turn|bring|put] the " + thing + " down {b} {i}",
                "[lower|decrease|reduce] the " + thing + " {i} {b}", "make it {b} [cooler|colder] {i}", "{b} cooler {i}"]
            form += ["[i'm|i am|we're] [hot|boiling|too hot|so hot|sweating|burning up]",
                "[it's|it is] [too |so |really |pretty |]hot {i}", "cool it down {i}", "cooler please", "i need it cooler {i}",
                "it's [stuffy|too warm|boiling] {i}", "cool [down |]{o}", "can it be colder {i}",
                "i'd like it [a bit |a little |]cooler {i}", "it's [getting|a bit|a little] [hot|warm] {i}",
                "can you cool {o} down", "it could be cooler {i}", "less heat {i}", "[i'm|i am|we're] getting [hot|warm]", "it feels [hot|too hot|warm] {i}",
                "i'm melting", "take the heat down {i}"] * (not t)
            form += ["[go|turn it] down {b} {i}", "drop [it|the temperature] {b} {i}"] if t else []
    user = expand(r, phrase(r, form), t=t, i=inp, o=the or "the house", b=by if kind != "set" else "")
    if "the house" in user and not p:
        p = "house"
    if p and p not in user:
        p = ""
    res = f"{r.randint(5, 85)} degrees"
    return turn(r, polite(r, user), call("thermostat", action=kind, temp=t, place=p), res, r.choice([f"Okay, {res}{where(p)}.",
        f"The thermostat{where(p)} is at {res}."]))


DRINKS = ["americano", "cappuccino", "coffee", "drip coffee", "espresso", "house coffee", "iced coffee", "iced mocha", "latte",
    "mocha"]
OTHER = ["flat white", "macchiato", "hot chocolate", "tea", "green tea", "chai latte", "lemonade", "cold brew", "iced latte",
    "decaf coffee", "cortado"]
SIZES = ["small", "medium", "large", "eight ounce", "twelve ounce", "sixteen ounce", "twenty ounce"]
AMOUNTS = ["", "", "", "some ", "some ", "a little bit of ", "a bit of ", "a lot of ", "lots of ", "a little ", "extra "]
MILKS = ["milk", "skim milk", "whole milk", "soy milk", "almond milk", "cream", "milk", "cream", "oat milk"]
SUGARS = ["sugar", "brown sugar", "sweetener", "sugar", "sweetener", "honey"]


def order_slots(r):
    s = {"drink": r.choice(OTHER if r.random() < 0.08 else DRINKS), "size": "", "shots": "", "roast": "", "milk": "", "sugar": ""}
    if r.random() < 0.45:
        s["size"] = r.choice(SIZES)
    if r.random() < 0.35:
        s["shots"] = r.choice(["single shot", "double shot", "triple shot"])
    if r.random() < 0.35:
        s["roast"] = r.choice(["light roast", "medium roast", "dark roast"])
    if r.random() < 0.42:
        s["milk"] = r.choice(AMOUNTS[:9] * 3 + AMOUNTS[9:]) + r.choice(MILKS)
    if r.random() < 0.42:
        s["sugar"] = r.choice(AMOUNTS[:9] * 3 + AMOUNTS[9:]) + r.choice(SUGARS)
    return s


def order_phrase(r, s):
    """The drink as people say it: modifiers in any order before it, milk and sugar after `with`."""
    mods = [s[k] for k in ("size", "shots", "roast") if s[k]]
    r.shuffle(mods)
    if s["roast"] and r.random() < 0.05:
        mods = [m + " of" if False else m for m in mods]
    text = " ".join(mods + [s["drink"]])
    adds = [s[k] for k in ("milk", "sugar") if s[k]]
    r.shuffle(adds)
    if adds:
        text += " with " + r.choice([" and ", " and ", " and ", " and with ", " with ", " "]).join(adds)
    return text


def order_words(s):
    """The drink as the reply says it: size, shots, roast, drink, with milk and sugar."""
    adds = [s[k] for k in ("milk", "sugar") if s[k]]
    return " ".join([s[k] for k in ("size", "shots", "roast", "drink") if s[k]]) + (" with " + " and ".join(adds) if adds else "")


def order(r, s=None):
    s = s or order_slots(r)
    text = order_phrase(r, s)
    a = r.choice(["a ", "a ", "a ", "one ", "", "an " if text[0] in "aei" else "a ", "the ", "some ", "me a "]
        if r.random() < 0.5 else ["a "])
    a = "a " if a == "me a " else a
    user = expand(r, phrase(r, [
        "[can|could|may] i [have|get|order|please have|please get|grab] {a}{o}[| please]",
            "[i'd like|i would like|i want|i need|i'll have|i will have] {a}{o}[| please]",
            "[make|get|give|bring|fix|pour|brew|fetch] me {a}{o}[| please]",
        "[make|order|prepare|brew|start] {a}{o}[| please| for me]",
        "[i'd like|i would like|i want] to [order|get|have] {a}{o}[| please]", "{a}{o}[| please| thanks]",
        "[can|could|will|would] you [make|get|give|bring|prepare] me {a}{o}[| please]",
        "[please |]can i have {a}{o}", "let me [have|order] {a}{o}", "i'm [going to have|gonna get|having] {a}{o}",
        "[hi|hello|hey] [can i get|i'd like|could i have] {a}{o}[| please]",
        "[i feel like|i could use|i'm in the mood for] {a}{o}", "[we'd like|give us|get us] {a}{o}", "i think i'll have {a}{o}",
        "please [make|get|give] me {a}{o}", "do you have {a}{o}", "could you please make {a}{o}",
        "[i'd love|i'd like to try|i'll try|i'll go for] {a}{o}", "for me {a}{o}", "[can i|let me|i'll] [grab|take] {a}{o}",
        "how about {a}{o}", "[is it possible to get|any chance of] {a}{o}", "{a}{o} for [me|here|takeaway|my wife]",
        "[my order is|i was hoping for|i'd want] {a}{o}"]), a=a, o=text)
    return turn(r, user, call("order", **s), "ok", r.choice([f"One {order_words(s)}, coming up.",
        f"Okay, one {order_words(s)}."]))


def volume(r):
    kind = r.choice(["up", "down", "set", "mute", "unmute"])
    n = number(r, r.choice([5, 10, 20, 30, 50, r.randint(1, 10), r.randint(1, 100)])) + r.choice(["", " percent"])
    lv = n if kind == "set" or kind in ("up", "down") and r.random() < 0.2 else ""
    vol = "[the volume|the sound|your volume|volume|the volume]"
    if kind == "set":
        lv = r.choice([n] * 5 + ["max", "maximum", "half", "full", "minimum"])
        form = ["[set|put|change|turn|adjust|bring] " + vol + " [to|at] {l}", "volume [to |at |level |]{l}",
            "[set|make|put] [the|] volume {l}", "volume {l}", "go to {l} volume", "sound at {l}", "[i want|i'd like|i need] "
            + vol + " at {l}", "speak at {l} volume", "make your volume {l}"]
    elif lv:
        form = ["turn " + vol + " " + kind + " by {l}", "turn " + kind + " " + vol + " by {l}", {"up": "[increase|raise]",
            "down": "[lower|decrease|reduce]"}[kind] + " " + vol + " by {l}", "volume " + kind + " {l}"]
    else:
        form = {"up": ["turn [it|the volume|the sound|that] up[| a bit| a little]", "turn up [the volume|the sound|your volume]",
            "[volume up|louder|speak louder|talk louder|be louder|speak up]", "[increase|raise|boost] " + vol,
                       "[it's|you're|that's] too quiet", "i can barely hear you", "make it [a bit |]louder",
                       "[a little |a bit |]louder", "more volume", "you're too soft", "could you be louder",
                       "[your voice|the sound|the volume|it] is too [quiet|low|soft]", "i can't hear [anything|a thing|it]",
                       "[talk|speak] [a bit|a little] louder", "i need it louder", "a bit more volume"],
                "down": ["turn [it|the volume|that|the sound] down[| a bit| a little]",
                "turn down [the volume|the sound|your volume]", "[volume down|quieter|softer|speak softer|be quieter|lower]",
                "[lower|decrease|reduce] " + vol,
                         "[it's|you're] [too|so] loud", "make it [a bit |]quieter", "not so loud", "less volume",
                         "[a little |a bit |]quieter", "you're shouting", "keep it down", "speak more quietly",
                         "[your voice|the sound|the volume|it] is too [loud|high]",
                         "[talk|speak] [a bit|a little] [quieter|softer]", "a bit less loud", "i need it quieter",
                         "lower your voice", "less loud"],
                "mute": ["mute", "mute [the sound|the volume|it|everything|the speaker]", "[go|be] [silent|on mute]",
                "turn the sound off", "[turn off|cut|kill] the sound", "no sound", "put it on mute", "silence the sound",
                "sound off"],
                "unmute": ["unmute", "unmute [the sound|yourself|it|the speaker]", "turn the sound [back |]on", "sound on",
                "take it off mute", "turn mute off", "stop muting", "sound back on", "bring the sound back"]}[kind]
    user = expand(r, phrase(r, form), l=lv)
    res_say = {"up": "Volume up", "down": "Volume down", "set": "Volume set", "mute": "Muted",
        "unmute": "The sound is back on"}[kind]
    say = res_say + (f" to {lv}" if kind == "set" else f" by {lv}" if lv else "") + "."
    return turn(r, polite(r, user), call("volume", action=kind, level=lv), "ok", say)


def repeat(r, last="Okay."):
    user = expand(r, phrase(r, ["[say|repeat] that again[| please]",
        "repeat [that|it|yourself|please|what you said|the last thing|your last answer]", "what [did you say|was that|]",
        "[pardon|pardon me|excuse me|sorry|huh|sorry what|what]",
                               "[can|could|would] you [repeat|say] that[| again| please| once more| one more time]",
                               "[i didn't|i did not] [hear|catch|get|understand] [that|you|it][| can you repeat it]",
                               "one more time[| please]", "say it again",
                               "again please", "tell me again", "please repeat[| that]", "run that by me again",
                               "what was that again", "once more please", "you said what", "what was it you said",
                               "i couldn't [hear|understand|catch] [that|you|it]", "[what|how] was that[| please]", "say what",
                               "i didn't get that[| say it again]", "can i hear that again",
                               "please say it [again|one more time]", "what's that", "let me hear that again", "say again[| please]", "i wasn't listening",
        "tell me [once more|one more time]", "[could you|can you] run through that again", "i missed [it|what you said]",
        "what did you [tell me|say there]", "[your|that] last [answer|sentence] again", "back up and say that again"]))
    return Turn(user, "repeat", "ok", last)


def stop(r):
    user = expand(r, phrase(r, ["stop[| it| that| please| now| talking| speaking]",
        "[cancel|cancel that|cancel it|abort|quit|enough|okay enough]",
        "[never mind|nevermind|forget it|forget that|forget about it|drop it|leave it]",
        "[be quiet|shut up|silence|quiet|shush|be silent]",
                               "[that's all|that is enough|enough now|no more]",
                               "[ok|okay|please|hey] [stop|be quiet|shut up|stop it|cancel]", "[don't|do not] do that",
                               "[i changed my mind|scratch that|disregard that|ignore that]", "stop what you're doing",
                               "you can stop now", "stop stop", "i want you to stop", "no stop", "shush", "[oh |]be quiet now",
                               "no [forget|cancel|stop] [that|it]", "stop it [now|right now|please]",
                               "[that will do|that'll do|all right enough]", "please be silent", "zip it", "not now",
                               "cut it out", "end it", "cancel everything", "enough of [that|this|it]", "[stop speaking|quit talking|stop the talking][| please]", "i said stop",
        "okay that's plenty", "leave it [be|alone]", "you can be quiet[| now]", "no more talking"]))
    return Turn(user, "stop", "ok", r.choice(["Okay.", "Okay, stopping."]))


GENERATORS = [(light, 13), (switch, 12), (thermostat, 9), (order, 14), (volume, 8), (repeat, 3), (stop, 4)]
