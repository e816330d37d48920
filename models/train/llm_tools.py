"""Training turns with tools of the user's own: a header declares them, the sentence names one, the call copies.

    <s>garage_door action=open/close place=; feed_cat amount=;<|end|><|user|>open the garage door<|call|>garage_door action=open<|result|>…

The tools are made up: names of one or two words, arguments with a few words to choose from or copied from the user.  What there is to learn is to
read the header: its names and words stand in the sentence, mostly as they are.  Built-in tools go on working beside them.
"""
from llm_clock import Turn
from llm_words import RARE, ROOMS, call, expand, number, phrase, polite
import llm_words as words

NOUNS = """gate|pool|pond|aquarium|cat feeder|dog door|sprinkler|greenhouse|telescope|drone|crane|conveyor|press|lathe|welder|kiln|forge|loom|boat|anchor|
sail|winch|bridge|barrier|elevator|lift|turntable|stage|curtain wall|sign|billboard|counter|display|screen|robot|arm|rover|camera|shutter|
scanner|plotter|label printer|tank|pump|valve|mixer|blender|grinder|fermenter|still|roaster|smoker|grill|ice maker|fountain|bell|horn|siren|
beacon|lantern|train|track|tower|mast|antenna|dish|solar panel|battery|charger|inverter|generator|turbine|windmill|well|cistern|hose|mower|
tractor|plow|seeder|barn door|stable|coop|hive|trap|fence|massage chair|recliner|bed|desk|standing desk|whiteboard|lab oven|centrifuge|
incubator|freezer|cold room|wine cellar|humidor|sauna|steam room|jacuzzi|treadmill|bike|rower|scoreboard|pinball|jukebox|organ|piano|
metronome|tuner|amp|microphone|mirror|wardrobe|shoe rack|mailbox|parcel box|locker|vault|till|printer tray|machine|line|unit|station|
projector screen|awning motor|attic fan|pet camera|night light|air lock|hatch|ramp|trailer|camper|van door|roof rack""".replace("\n", "").split("|")
VERBS = """feed|water|wash|clean|polish|charge|calibrate|test|reset|restart|scan|print|record|measure|weigh|count|load|unload|empty|fill|drain|heat|cool|
rotate|raise|lower|park|launch|land|dock|call|page|notify|book|log|save|check|inspect|arm|disarm|ring|play|mix|grind|brew|roast|bake|dry|spray|vent""".replace("\n", "").split("|")
ACTIONS = [["open", "close"], ["start", "stop"], ["lock", "unlock"], ["raise", "lower"], ["on", "off"], ["start", "stop", "pause"], ["arm", "disarm"],
    ["fill", "empty"], ["open", "close", "stop"], ["extend", "retract"], ["enable", "disable"], ["connect", "disconnect"], ["load", "unload"], ["show", "hide"],
    ["tilt", "turn", "spin"], ["wash", "rinse", "dry"], ["record", "pause", "stop"], ["play", "pause", "skip"], ["up", "down"]]
SETTINGS = [["low", "medium", "high"], ["slow", "normal", "fast"], ["eco", "comfort", "boost"], ["small", "medium", "large"], ["red", "green", "blue"],
    ["left", "right", "center"], ["day", "night"], ["quiet", "normal", "loud"], ["soft", "medium", "hard"], ["white", "black", "brown"], ["summer", "winter"],
    ["home", "away", "sleep"], ["mild", "strong"], ["cotton", "wool", "quick"], ["north", "south", "east", "west"], ["warm", "cold", "hot"], ["one", "two", "three"],
    ["manual", "automatic"], ["long", "short"], ["party", "movie", "reading"], ["thin", "thick"], ["first", "second", "third"]]
SETTING_NAMES = ["mode", "level", "speed", "setting", "program", "size", "color", "side", "strength", "position", "profile"]
FREE = {"amount": lambda r: number(r, r.randint(1, 60)) + r.choice(["", " " + r.choice(["cups", "grams", "liters", "scoops", "pieces", "percent", "copies", "drops"])]),
    "name": lambda r: words.pick(r, RARE, 0.3, 0.2), "title": lambda r: " ".join(r.choice(RARE) for _ in range(r.randint(1, 3))),
    "place": lambda r: r.choice(ROOMS) if r.random() < 0.6 else r.choice(RARE), "duration": lambda r: words.duration(r)[0], "time": words.clock,
    "number": lambda r: number(r, r.randint(1, 99)), "person": lambda r: r.choice(RARE), "item": lambda r: words.pick(r, RARE, 0.5, 0.3)}
JOIN = {"amount": ["{v}", "with {v}", "by {v}"], "name": ["called {v}", "named {v}", "{v}"], "title": ["{v}", "called {v}"], "place": ["in the {v}", "at the {v}", "{v}"],
    "duration": ["for {v}"], "time": ["at {v}", "for {v}"], "number": ["{v}", "number {v}", "to {v}"], "person": ["for {v}", "to {v}", "{v}"], "item": ["{v}", "the {v}", "with {v}"]}
SAY_DO = ["{v} the {n}", "{v} the {n}", "{v} my {n}", "please {v} the {n}", "can you {v} the {n}", "i want you to {v} the {n}", "{n} {v}", "the {n} should {v}", "{v} {n}",
    "would you {v} the {n} for me", "let's {v} the {n}", "it's time to {v} the {n}", "i need you to {v} the {n}", "go {v} the {n}", "could you {v} our {n}", "{v} that {n}"]
SAY_ON = ["turn {v} the {n}", "turn the {n} {v}", "switch the {n} {v}", "{n} {v}", "put the {n} {v}", "the {n} {v} please", "move the {n} {v}", "bring the {n} {v}"]
SAY_SET = ["set the {n} to {v}", "{n} {v}", "put the {n} on {v}", "switch the {n} to {v}", "change the {n} to {v}", "make the {n} {v}", "i want the {n} on {v}", "use {v} for the {n}",
    "{v} on the {n} please", "can the {n} be {v}", "the {n} to {v}", "run the {n} on {v}", "i'd like {v} for the {n}", "{n} at {v}", "give me {v} on the {n}", "select {v} on the {n}",
    "set {n} to {v} {k}", "{v} {k} on the {n}", "change the {k} of the {n} to {v}", "set the {k} of the {n} to {v}"]


def noun(r, used):
    while True:
        n = r.choice(NOUNS) if r.random() < 0.6 else r.choice(RARE) if r.random() < 0.6 else r.choice(RARE) + " " + r.choice(NOUNS)
        if n not in used and len(n.split()) <= 3 and not set(n.split()) & words.HELD_OUT:
            used.add(n)
            return n


def declare(r, used):
    """A tool: {name, noun, verb, args [(key, choices or None)]}."""
    n, kind, args, verb = noun(r, used), r.random(), [], ""
    if kind < 0.4:
        args.append((r.choice(["action", "action", "do", "command"]), r.choice(ACTIONS)))
    elif kind < 0.7:
        args.append((r.choice(SETTING_NAMES), r.choice(SETTINGS)))
    else:
        verb = r.choice(VERBS)
    if r.random() < (0.6 if verb else 0.25):
        args.append((r.choice(list(FREE)), None))
    if args and args[0][1] and r.random() < 0.15:
        args[0] = (args[0][0], r.sample(args[0][1], len(args[0][1])))
    name = (verb + " " + n if verb else n).replace(" ", "_")
    return {"name": name, "noun": n, "verb": verb, "args": args}


def header(tools):
    return " ".join(" ".join([t["name"]] + [f"{k}={'/'.join(c) if c else ''}" for k, c in t["args"]]) + ";" for t in tools)


def use(r, t):
    """A turn that uses tool t, some of its arguments left unsaid where the sentence can do without."""
    got, n = {}, t["noun"]
    first = t["args"][0] if t["args"] and t["args"][0][1] else None
    if t["verb"]:
        user = expand(r, phrase(r, SAY_DO), v=t["verb"], n=n)
    else:
        key, choices = first
        v = r.choice(choices)
        got[key] = v
        forms = SAY_SET if choices in SETTINGS or sorted(choices) in [sorted(c) for c in SETTINGS] else SAY_ON if v in ("on", "off", "up", "down") else SAY_DO
        user = expand(r, phrase(r, forms), v=v, n=n, k=key)
    for key, choices in t["args"]:
        if not choices and r.random() < 0.8:
            v = FREE[key](r)
            if set(v.split()) & words.HELD_OUT:
                continue
            user += " " + r.choice(JOIN[key]).format(v=v)
            got[key] = v
    if r.random() < 0.05 and got:
        user = n + " " + user
    result = r.choice(["ok"] * 4 + ["done", f"{r.randint(1, 99)} percent", f"{r.randint(1, 40)} degrees", "already there", f"{r.choice(RARE)}", "error busy", "error failed", f"{r.randint(2, 59)} minutes"])
    if result.startswith("error"):
        say = f"Sorry, that didn't work: {result[6:]}."
    else:
        say = r.choice(["Done.", "Okay.", "Okay, done."]) if result in ("ok", "done") else f"The {n} says {result}."
    return Turn(polite(r, user) if r.random() < 0.6 else user, call(t["name"], **{k: got.get(k, "") for k, _ in t["args"]}), result, say)


def session(r, other):
    """(header, turns): three to seven turns with one to four tools declared; `other` draws a turn of the usual kind."""
    used = set()
    tools = [declare(r, used) for _ in range(r.choice([1, 1, 2, 2, 3, 4]))]
    turns = []
    for _ in range(r.randint(3, 7)):
        turns.append(use(r, r.choice(tools)) if r.random() < 0.7 else other(r))
    return header(tools), turns
