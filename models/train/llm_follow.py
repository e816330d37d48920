"""Follow-up turns that lean on the turn before: corrections, "and the kitchen too", "again", "cancel it", a missing piece.

`follow(r, turn)` returns the next Turn, or None when the turn invites none.  Arguments that the user does not say again
are copied from the earlier call: that is what the model has to learn from its context.
"""
import re

import llm_clock as clock_tools
import llm_home as home
import llm_number
from llm_clock import turn
from llm_words import UNIT_PAIRS, CITIES, COLORS, call, duration, expand, phrase, number, pick, some_number

KEYS = "place day duration name time expr amount from to count sides action level color device temp drink size shots roast milk sugar".split()
SURE = {"volume action=up": r"volume|loud|sound|quiet|speak", "volume action=down": r"volume|loud|sound|quiet|speak",
    "volume action=mute": r"mute|sound|volume|silent",
        "light action=off": r"light|lamp", "light action=on": r"light|lamp", "light action=dim": r"light|dim|bright",
        "light action=brighten": r"light|bright|dark"}
ORDER = {"order": ["drink", "size", "shots", "roast", "milk", "sugar"], "light": ["action", "place", "level", "color"],
    "switch": ["device", "action", "place"], "thermostat": ["action", "temp", "place"],
         "timer_set": ["duration", "name"], "alarm_set": ["time", "day"], "convert": ["amount", "from", "to"], "dice": ["count",
         "sides"], "volume": ["action", "level"]}


def parse(made):
    """`tool k=v …` to (tool, dict)."""
    tool = made.split(" ")[0]
    parts = re.split(r" (" + "|".join(KEYS) + r")=", made)
    return tool, dict(zip(parts[1::2], parts[2::2]))


def build(tool, args):
    return call(tool, **{k: args.get(k, "") for k in ORDER.get(tool, list(args))})


NO = "[no |no wait |actually |sorry |i meant |wait |]"


def after_timer(r, a):
    k = r.random()
    if k < 0.45:
        d = duration(r)[0]
        user = expand(r, NO + "[make it|make that|change it to|i mean|i said|set it to|i want] {d}[| instead| please]", d=d)
        return turn(r, user, build("timer_set", {**a, "duration": d}), "ok", clock_tools.timer_say(d, a.get("name", "")))
    if k < 0.65:
        d = duration(r)[0]
        return turn(r, expand(r, "[and |]another [one |timer |][for|of] {d}[| please]", d=d), call("timer_set", duration=d), "ok",
            clock_tools.timer_say(d, ""))
    name = a.get("name", "")
    label = f"the {name} timer" if name else "the timer"
    if k < 0.82:
        res = clock_tools.left_result(r)
        return turn(r, expand(r,
            "[how much time is left|how long is left on it|how long does it have|how much longer|is it done yet|check it]"),
            call("timer_left", name=name if False else ""), res,
                    f"There are {res} left on the timer." if not res.startswith("1 ") else f"There is {res} left on the timer.")
    return turn(r, expand(r, "[cancel it|cancel that|stop it|delete it|remove it|cancel that timer|no cancel it|turn it off]"),
        call("timer_cancel", name=name), "ok", label[0].upper() + label[1:] + " is canceled.")


def after_alarm(r, a):
    k = r.random()
    if k < 0.45:
        t = clock_tools.clock(r)
        user = expand(r, NO + "[make it|make that|change it to|i mean|i said|set it to|i want] {t}[| instead| please]", t=t)
        return turn(r, user, build("alarm_set", {**a, "time": t}), "ok", clock_tools.alarm_say(t, a.get("day", "")))
    if k < 0.7:
        said, day = clock_tools.alarm_day(r)
        user = expand(r, phrase(r, ["and {s} [too|as well]", "{s} [too|as well]", "same {s}", "and [also |]{s}", "the same {s}"]),
            s=said.replace("for ", "on "))
        return turn(r, user, build("alarm_set", {**a, "day": day}), "ok", clock_tools.alarm_say(a["time"], day))
    t = a["time"]
    return turn(r, expand(r, "[cancel it|cancel that|delete it|remove it|turn it off|no cancel it|cancel that alarm]"),
        call("alarm_cancel", time=t), "ok", f"Your {t} alarm is canceled.")


def after_light(r, a):
    p, _, the = home.room(r)
    k = r.random()
    if k < 0.5:
        user = expand(r, phrase(r, ["and {t}[| too| as well| lights| lights too]", "[now |]{t}[| too| as well]", "{t} too",
            "same [for|in] {t}", "[do|do it in|the same in|also in|and also] {t}[| please]", "what about {t}",
            "and in {t}[| too]"]), t=the)
        a = {**a, "place": p}
    elif k < 0.68:
        a = {"action": "off" if a["action"] != "off" else "on", "place": a.get("place", "")}
        user = expand(r, "[turn|switch|put] [it|them] [back |]{a}[| again| now| please]", a=a["action"])
    elif k < 0.82:
        c = pick(r, COLORS, 0.25, 0)
        user = expand(r, NO + "[make|turn] [it|them] {c}[| instead| please]", c=c)
        a = {"action": "set", "place": a.get("place", ""), "color": c}
    else:
        action = r.choice(["dim", "brighten"])
        lv = number(r, r.randint(1, 100)) + " percent" if r.random() < 0.5 else ""
        user = expand(r, {"dim": "[dim|lower] [it|them]" if lv else "[a bit |a little |make it |make them ]darker",
            "brighten": "brighten [it|them]" if lv else "[a bit |a little |make it |make them |]brighter"}[action] + (" to {l}"
            if lv else "[| please]"), l=lv)
        a = {"action": action, "place": a.get("place", ""), "level": lv}
    at = home.where(a["place"]) if a.get("place") not in ("all", "every", "", None) else ""
    act, lv = a["action"], a.get("level", "")
    state = f"{a['color']} now" if a.get("color") else {"on": "on", "off": "off", "dim": "dimmed", "brighten": "brighter",
        "set": "set"}[act] + (f" to {lv}" if lv else "")
    lights = "All the lights" if a.get("place") in ("all", "every") else f"The lights{at}"
    return turn(r, user, build("light", a), "ok", f"{lights} are {state}.")


OPPOSITE = {"on": "off", "off": "on", "open": "close", "close": "open", "lock": "unlock", "unlock": "lock", "start": "stop",
    "stop": "start"}


def after_switch(r, a):
    things, _, _ = home.SWITCH[a["action"]]
    if r.random() < 0.5:
        d = pick(r, things, 0.3)
        user = expand(r, "[and |now |also |do |and also |]the {d}[| too| as well| please]", d=d)
        a = {"device": d, "action": a["action"]}
    else:
        act = OPPOSITE[a["action"]]
        user = expand(r, {"on": "[turn|switch] it [back |]on", "off": "[turn|switch] it [back |]off"}.get(act, act + " it")
            + "[| again| now| please]")
        a = {**a, "action": act}
    d = a["device"]
    be = "are" if d.endswith("s") and not d.endswith("ss") else "is"
    return turn(r, user, build("switch", a), "ok", f"The {d}{home.where(a.get('place', ''))} {be} {home.SWITCH[a['action']][2]}.")


def after_thermostat(r, a):
    res, k = f"{r.randint(5, 85)} degrees", r.random()
    if k < 0.4 and a["action"] != "set":
        user = expand(r, "[a bit more|a little more|more|again|once more|some more|and again|a bit more please]")
    elif k < 0.75:
        t = number(r, r.randint(10, 80)) + r.choice(["", " degrees"])
        user = expand(r, NO + "[make it|make that|set it to|i said|i meant] {t}[| instead| please]", t=t)
        a = {**a, "action": "set", "temp": t}
    else:
        p, _, the = home.room(r)
        user = expand(r, phrase(r, ["and {t}[| too| as well]", "same [for|in] {t}", "{t} too", "the same in {t}"]), t=the)
        a = {**a, "place": p}
    at = home.where(a.get("place", ""))
    return turn(r, user, build("thermostat", a), res, r.choice([f"Okay, {res}{at}.", f"The thermostat{at} is at {res}."]))


def after_order(r, a):
    k = r.random()
    if k < 0.25:
        s = home.order_slots(r)
        return home.order(r, s)._replace(user=expand(r, "[and |and also |also |]a {o}[| too| please| as well]",
            o=home.order_phrase(r, s)))
    key = r.choice(["size", "shots", "roast", "milk", "sugar", "drink"])
    value = {"size": r.choice(home.SIZES), "shots": r.choice(["single shot", "double shot", "triple shot"]),
        "roast": r.choice(["light roast", "medium roast", "dark roast"]),
             "milk": r.choice(home.AMOUNTS) + r.choice(home.MILKS), "sugar": r.choice(home.AMOUNTS) + r.choice(home.SUGARS),
             "drink": r.choice(home.DRINKS)}[key]
    if key in ("milk", "sugar"):
        user = expand(r, "[and |with |and with |add |also |can you add |can i get |put in ]{v}[| please| too]", v=value)
        if a.get(key) and r.random() < 0.4:
            user, value = expand(r, "[no|without|hold the|leave out the|actually no|remove the] " + a[key].split(" of ")[-1]), ""
    else:
        user = expand(r, NO + "[make it|make that|i want|change it to|i said] a {v}[| instead| please]", v=value)
    s = {**{k: "" for k in ORDER["order"]}, **a, key: value}
    return turn(r, user, build("order", s), "ok", r.choice([f"One {home.order_words(s)}, coming up.",
        f"Okay, one {home.order_words(s)}."]))


def after_convert(r, a):
    rows = [rows for rows in UNIT_PAIRS.values() for pair in rows if a["from"] in pair]
    if not rows or r.random() < 0.5:
        n = some_number(r, 500)
        rest = {**a, "amount": n}
        user = expand(r, "[and|what about|how about|and what about|now] {n}[| please]", n=n)
    else:
        unit = r.choice(rows[0])[1]
        rest, user = {**a, "to": unit}, expand(r, "[and |what about |how about |and what about |now ]in {u}[| please]", u=unit)
    res = llm_number.convert_result(r, rest["to"])
    return turn(r, user, build("convert", rest), res, r.choice([f"That's {res}.", f"It comes to {res}."]))


def after_math(r, t):
    n, res = some_number(r, 100), llm_number.math_result(r)
    op = r.choice(["plus", "minus", "times", "divided by", "multiplied by"])
    user = expand(r, "[and |and that |now |that |what about that |then |]{o} {n}[| please]", o=op, n=n)
    return turn(r, user, call("math", expr=f"{t.result} {op} {n}"), res, r.choice([f"That's {res}.", f"The answer is {res}."]))


def after_volume(r, a):
    if a["action"] in ("up", "down") and r.random() < 0.6:
        word = {"up": "louder", "down": "quieter"}[a["action"]]
        return turn(r, expand(r, "[a bit more|more|again|a little more|even " + word + "|still " + word
            + "|once more|some more]"), call("volume", action=a["action"]), "ok", f"Volume {a['action']}.")
    n = number(r, r.randint(1, 100)) + r.choice(["", " percent"])
    return turn(r, expand(r, NO + "[make it|make that|set it to|put it at] {n}[| please]", n=n), call("volume", action="set",
        level=n), "ok", f"Volume set to {n}.")


def follow(r, t):
    """The turn after t that refers to it, or None."""
    if t.result.startswith("error") or not t.call:
        return None
    if r.random() < 0.08:
        return home.repeat(r)
    tool, a = parse(t.call)
    table = {"timer_set": after_timer, "alarm_set": after_alarm, "light": after_light, "switch": after_switch,
        "thermostat": after_thermostat, "order": after_order, "convert": after_convert, "volume": after_volume}
    if tool in table:
        return table[tool](r, a)
    if tool == "math":
        return after_math(r, t)
    if tool == "time":
        place, res = pick(r, CITIES), clock_tools.clock_result(r)
        return turn(r, expand(r, "[and |what about |how about |and what about |and how about ][in |]{p}[| please]", p=place),
            call("time", place=place), res, f"It's {res} in {place}.")
    if tool == "date":
        day, res = r.choice(["tomorrow", "yesterday", "today"]), clock_tools.date_result(r)
        verb = "was" if day == "yesterday" else "is"
        return turn(r, expand(r, "[and |what about |how about |and what about ]{d}", d=day), call("date", day=day), res,
            f"{day.capitalize()} {verb} {res}.")
    if tool in ("coin", "dice"):
        res = r.choice(["heads", "tails"]) if tool == "coin" else str(r.randint(1, 40))
        user = expand(r, "[again|one more time|once more|do it again|another one|and again|try again|" + ("flip|roll")[:4
            if tool == "coin" else 9].split("|")[-1] + " again][| please]")
        return turn(r, user, t.call, res, r.choice([f"It's {res}.", f"It landed on {res}."] if tool == "coin"
            else [f"You rolled {res}.", f"It's {res}."]))
    return None
