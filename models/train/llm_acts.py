"""Training turns from lists of phrasings (llm_say_clock.py, llm_say_home.py): an act says which tool, which arguments, which reply.

Slots are drawn here, so that the call holds exactly the words that the sentence got.  In hold-out mode (llm_words.phrase) only phrasings that are
never trained on are used: that is how the held-out list is made.
"""
import llm_clock
import llm_home
import llm_number
import llm_say_clock
import llm_say_home
import llm_words as words
from llm_clock import Turn, turn
from llm_words import call, expand, phrase, pick

FORMS = {**llm_say_clock.FORMS, **llm_say_home.FORMS}


def article(words_):
    return "an" if words_.startswith(("a", "ei", "el", "eighteen")) and not words_.startswith("a ") else "a"


def ready(r, act, call_, result, say, rate=0.04, **slots):
    user = expand(r, phrase(r, FORMS[act]), **slots)
    return turn(r, words.polite(r, user), call_, result, say, rate)


def time(r, act):
    res = llm_clock.clock_result(r)
    p = pick(r, words.CITIES, 0.4) if act == "time_place" else ""
    say = f"It's {res} in {p}." if p else r.choice([f"It's {res}.", f"The time is {res}."])
    return ready(r, act, call("time", place=p), res, say, place=p)


def date(r, act):
    res = llm_clock.date_result(r)
    day = {"date": "", "date_yesterday": "yesterday", "date_tomorrow": "tomorrow"}.get(act)
    day = r.choice(["tomorrow", "today"]) if day is None else day
    user = expand(r, phrase(r, FORMS[act]), day=day)
    if act == "date" and "today" in user.split() + [w.replace("'s", "") for w in user.split()]:
        day = "today"
    say = f"{day.capitalize()} {'was' if day == 'yesterday' else 'is'} {res}." if day in ("yesterday", "tomorrow") else f"It's {res}."
    return turn(r, words.polite(r, user), call("date", day=day), res, say)


def timer_set(r, act):
    noun, short = words.duration(r)
    n = pick(r, words.TIMER_NAMES, 0.4, 0.1) if "named" in act else ""
    d = short if "short" in act else noun
    user = expand(r, phrase(r, FORMS[act]), d=d, n=n, a=article(short))
    user = user.replace("a a ", "a ").replace("an an ", "an ").replace("a an ", "an ")
    return turn(r, words.polite(r, user), call("timer_set", duration=d, name=n), "ok", llm_clock.timer_say(noun, n))


def timer_cancel(r, act):
    n = pick(r, words.TIMER_NAMES, 0.4, 0.1) if "named" in act else ""
    if r.random() < 0.2:
        return ready(r, act, call("timer_cancel", name=n), "error no timer", f"There is no {n + ' ' if n else ''}timer running.", 0, n=n)
    return ready(r, act, call("timer_cancel", name=n), "ok", f"The {n + ' ' if n else ''}timer is canceled.", n=n)


def timer_left(r, act):
    n = pick(r, words.TIMER_NAMES, 0.4, 0.1) if "named" in act else ""
    label = f"the {n} timer" if n else "the timer"
    if r.random() < 0.12:
        return ready(r, act, call("timer_left", name=n), "error no timer", f"There is no {n + ' ' if n else ''}timer running.", 0, n=n)
    res = llm_clock.left_result(r)
    return ready(r, act, call("timer_left", name=n), res, f"There {'is' if res.startswith('1 ') else 'are'} {res} left on {label}.", n=n)


def alarm_set(r, act):
    t, (said, day) = words.clock(r), llm_clock.alarm_day(r)
    if not act.endswith("day"):
        said = day = ""
    return ready(r, act, call("alarm_set", time=t, day=day), "ok", llm_clock.alarm_say(t, day), t=t, on=said)


def alarm_cancel(r, act):
    t = words.clock(r) if act.endswith("time") else ""
    if r.random() < 0.15:
        return ready(r, act, call("alarm_cancel", time=t), "error no alarm", f"There is no alarm{' at ' + t if t else ''} to cancel.", 0, t=t)
    return ready(r, act, call("alarm_cancel", time=t), "ok", f"Your {t + ' ' if t else ''}alarm is canceled.", t=t)


def math(r, act):
    e, res = llm_number.verb_expression(r) if act == "math_verb" else llm_number.expression(r), llm_number.math_result(r)
    return ready(r, act, call("math", expr=e), res, r.choice([f"That's {res}.", f"The answer is {res}."]), e=e)


def convert(r, act):
    n, f, t = llm_number.quantity(r)
    res = llm_number.convert_result(r, t)
    return ready(r, act, call("convert", amount=n, **{"from": f, "to": t}), res, r.choice([f"That's {res}.", f"It comes to {res}."]), n=n, f=f, t=t)


def coin(r, act):
    res = r.choice(["heads", "tails"])
    return ready(r, act, "coin", res, r.choice([f"It's {res}.", f"It landed on {res}."]))


def dice(r, act):
    s = r.choice(["six", "six", "twenty", "eight", "ten", "four", "twelve", "hundred", "thirty"]) if act == "dice_sides" else ""
    c = r.choice(["two", "three", "two", "four", "five", "six", "ten"]) if act == "dice_count" else ""
    res = str(r.randint(1, 6 if not s + c else 40))
    return ready(r, act, call("dice", count=c, sides=s), res, r.choice([f"You rolled {res}.", f"It's {res}."]), s=s, c=c)


def place_slots(r):
    """(value, slots {in}, {the}, {p}) of a room; where the text must hold the words as the call does."""
    p, inp, the = llm_home.room(r)
    return p, {"in": inp, "the": the, "p": p}


def light(r, act):
    action = act.split("_")[1]
    p, slots = place_slots(r) if act.endswith("place") else ("", {})
    if action in ("all", "every"):
        p, action = action, act.split("_")[2]
        return ready(r, act, call("light", action=action, place=p), "ok", f"All the lights are {action}.", all=p)
    lv = llm_home.level(r) if "level" in act else ""
    c = pick(r, words.COLORS, 0.25, 0) if "color" in act else ""
    action = "set" if action == "color" else action
    state = f"{c} now" if c else {"dim": "dimmed", "brighten": "brighter", "set": "set"}.get(action, action) + (f" to {lv}" if lv else "")
    return ready(r, act, call("light", action=action, place=p, level=lv, color=c), "ok", f"The lights{llm_home.where(p)} are {state}.", l=lv, c=c, **slots)


def switch(r, act):
    action = act.split("_")[1]
    things, _, state = llm_home.SWITCH[action]
    d = pick(r, things, 0.3, 0.4)
    p, slots = place_slots(r) if act.endswith("place") else ("", {})
    be = "are" if d.endswith("s") and not d.endswith("ss") else "is"
    return ready(r, act, call("switch", device=d, action=action, place=p), "ok", f"The {d}{llm_home.where(p)} {be} {state}.",
        d=r.choice(["the ", "the ", "the ", "my ", "our ", ""]) + d, b=d, **slots)


def thermostat(r, act):
    action = act.split("_")[1]
    p, slots = place_slots(r) if act.endswith("place") else ("", {})
    unit = r.choice(["", " degrees", " degrees", " degrees celsius", " degrees fahrenheit", " celsius", " fahrenheit"])
    t = ""
    if action == "set":
        t = words.number(r, r.choice([r.randint(15, 28), r.randint(60, 80), r.randint(5, 32)])) + unit
    elif act.endswith("by"):
        n = r.randint(1, 10)
        t = words.number(r, n) + (" degree" if n == 1 else " degrees")
    res = f"{r.randint(5, 85)} degrees"
    at = llm_home.where(p)
    return ready(r, act, call("thermostat", action=action, temp=t, place=p), res, r.choice([f"Okay, {res}{at}.", f"The thermostat{at} is at {res}."]), t=t, **slots)


def order(r, act):
    s = llm_home.order_slots(r)
    text = llm_home.order_phrase(r, s)
    a = r.choice([article(text) + " "] * 5 + ["one ", "the ", "", "some "])
    reply = r.choice([f"One {llm_home.order_words(s)}, coming up.", f"Okay, one {llm_home.order_words(s)}."])
    return ready(r, act, call("order", **s), "ok", reply, o=a + text, b=text)


def volume(r, act):
    action = act.split("_")[1]
    n = words.number(r, r.choice([5, 10, 20, 30, 50, r.randint(1, 10), r.randint(1, 100)])) + r.choice(["", " percent"])
    lv = r.choice([n] * 5 + ["max", "maximum", "half", "full", "minimum"]) if action == "set" else n if act.endswith("by") else ""
    say = {"up": "Volume up", "down": "Volume down", "set": "Volume set", "mute": "Muted", "unmute": "The sound is back on"}[action]
    say += f" to {lv}." if action == "set" else f" by {lv}." if lv else "."
    return ready(r, act, call("volume", action=action, level=lv), "ok", say, l=lv)


def repeat(r, act):
    return Turn(expand(r, phrase(r, FORMS[act])), "repeat", "ok", "Okay.")


def stop(r, act):
    return Turn(expand(r, phrase(r, FORMS[act])), "stop", "ok", r.choice(["Okay.", "Okay, stopping."]))


MAKERS = {"time": time, "date": date, "timer_set": timer_set, "timer_short": timer_set, "timer_named": timer_set, "timer_cancel": timer_cancel,
    "timer_left": timer_left, "alarm_set": alarm_set, "alarm_cancel": alarm_cancel, "math": math, "convert": convert, "coin": coin, "dice": dice, "light": light,
    "switch": switch, "thermostat": thermostat, "order": order, "volume": volume, "repeat": repeat, "stop": stop}
SHARE = {"time": 6, "date": 4, "timer_set": 9, "timer_cancel": 4, "timer_left": 5, "alarm_set": 8, "alarm_cancel": 4, "math": 10, "convert": 10, "coin": 2, "dice": 3,
    "light": 14, "switch": 13, "thermostat": 10, "order": 9, "volume": 9, "repeat": 4, "stop": 7}


def maker(act):
    return MAKERS[max((k for k in MAKERS if act == k or act.startswith(k + "_")), key=len)]


def tool_of(act):
    return maker(act).__name__


def acts():
    """[(act, weight)]: a tool's share is split among its acts by the root of how many phrasings they have."""
    total = {}
    for act in FORMS:
        total[tool_of(act)] = total.get(tool_of(act), 0) + len(FORMS[act]) ** 0.5
    return [(act, SHARE[tool_of(act)] * len(FORMS[act]) ** 0.5 / total[tool_of(act)]) for act in FORMS]


def make(r, act):
    """A Turn of an act."""
    return maker(act)(r, act)
