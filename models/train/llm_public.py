"""Templates from NLU-Evaluation-Data: an annotated slot value becomes a hole that any value may fill.

A sentence whose slots do not fit our tool exactly is dropped.  A template is (text with {key} holes, tool, fixed arguments);
`make` fills it with drawn values.  The patterns for times, lengths and sums serve llm_unseen.py too.
"""
import json
import re

import llm_clock
import llm_follow
import llm_home
import llm_number
import llm_words as words
from llm_clock import turn

DAYS = r"(?:tomorrow|today|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
NUMBER = (r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
          r"nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|and)\b ?)+")
CLOCK = rf"{NUMBER}(?:o'clock ?)?(?:am|pm|a m|p m)?(?: in the (?:morning|evening|afternoon)| at night)?"
LENGTH = rf"{NUMBER}(?:and a half )?(?:minutes?|seconds?|hours?)"
OPERATOR = r"(?:plus|minus|times|multiplied by|divided by|over|percent of|squared|cubed|to the power of)"
EXPR = rf"(?:(?:square root of|half of) {NUMBER}|{NUMBER}(?:{OPERATOR} ?(?:{NUMBER})?)+)"
# intent of NLU-Evaluation-Data: (tool, fixed arguments, {entity: argument}, a word that must stand in the text)
NLU = {
    "iot_hue_lightchange": ("light", {"action": "set"}, {"color_type": "color", "house_place": "place"}, "light"),
    "iot_hue_lightoff": ("light", {"action": "off"}, {"house_place": "place"}, "light"), "iot_hue_lighton": ("light",
        {"action": "on"}, {"house_place": "place"}, "light"),
    "iot_hue_lightdim": ("light", {"action": "dim"}, {"house_place": "place"}, "light"), "iot_hue_lightup": ("light",
        {"action": "brighten"}, {"house_place": "place"}, "light|bright"),
    "iot_wemo_on": ("switch", {"action": "on"}, {"device_type": "device", "house_place": "place"}, " on|start"),
        "iot_wemo_off": ("switch", {"action": "off"}, {"device_type": "device", "house_place": "place"}, "off|shut|down|stop"),
    "iot_cleaning": ("switch", {"action": "start"}, {"device_type": "device", "house_place": "place"}, "start"),
        "alarm_set": ("alarm_set", {}, {"time": "time", "date": "day"}, "alarm|wake|up"),
    "alarm_remove": ("alarm_cancel", {}, {"time": "time"}, "alarm"), "datetime_query": ("time", {}, {"place_name": "place"},
        "time"),
}
NEEDED = {"light": "", "switch": "device", "alarm_set": "time", "alarm_cancel": "", "time": "place"}


def from_nlu(intent, text, entities):
    """A template of one NLU-Evaluation-Data row, or None."""
    if intent not in NLU or re.search(r"\d|[{}]", text):
        return None
    tool, fixed, names, must = NLU[intent]
    text, holes = " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split()), {}
    if not re.search(must, text):
        return None
    for name, value in json.loads(entities):
        key = names.get(name)
        value = re.sub(r"^(the|my|our) ", "", value)
        if not key or key in holes or text.count(value) != 1 or key == "day" and not re.fullmatch(DAYS,
            value) or key == "time" and not re.fullmatch(CLOCK, value):
            return None
        holes[key] = value
        text = re.sub(rf"\b{re.escape(value)}\b", "{" + key + "}", text)
    if NEEDED[tool] and NEEDED[tool] not in holes or intent == "iot_hue_lightchange" and "color" not in holes:
        return None
    return (text, tool, fixed) if all("{" + k + "}" in text for k in holes) and no_stray(text, tool) else None


def no_stray(text, tool):
    """No number, day or place word outside the holes that our tool would have had to take."""
    plain = re.sub(r"\{\w+\}", "_", text)
    if tool == "time" and "time" not in plain or re.search(r"_ in the|million|sum of|change my|more than one", plain):
        return False
    return not re.search(rf"\b(percent|{DAYS}|everyday|every|all|minutes?|hours?|between|{'|'.join(words.ONES)})\b",
        plain) and not (tool == "light" and re.search(r"\b(room|kitchen|hall|house|den)\b", plain))


def in_words(r, text):
    """CLINC150's digits as words: `6am` to `six am`, `7:30` to `seven thirty`."""
    text = re.sub(r"(\d)(am|pm)\b", r"\1 \2", text.lower().replace("o' clock", "o'clock"))
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", lambda m: f"{m[1]} " + (m[2] if m[2][0] != "0" else "oh " + m[2][1] if m[2] != "00"
        else ""), text)
    for sign, word in (("+", " plus "), ("*", " times "), (" x ", " times "), ("/", " divided by "), (" - ", " minus "), ("%",
        " percent ")):
        text = text.replace(sign, word)
    text = re.sub(r"\d+", lambda m: words.number(r, int(m[0])) if len(m[0]) < 7 else "0", text)
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", text).split())


def value(r, key, fixed):
    """A drawn value for a hole."""
    if key == "device":
        return words.pick(r, llm_home.SWITCH[fixed["action"]][0], 0.3)
    draw = {"color": lambda: words.pick(r, words.COLORS, 0.1, 0), "place": lambda: words.pick(r, words.ROOMS, 0.3),
        "time": lambda: words.clock(r), "day": lambda: r.choice(words.DAYS + ["tomorrow"] * 4),
            "duration": lambda: words.duration(r)[0], "expr": lambda: llm_number.expression(r),
            "sides": lambda: words.some_number(r, 100)}
    return draw[key]()


def make(r, template):
    """A Turn of a template."""
    text, tool, fixed = template
    args = dict(fixed)
    for key in re.findall(r"\{(\w+)\}", text):
        args[key] = words.pick(r, words.CITIES, 0.3) if tool == "time" else value(r, key, fixed)
    user = text.format(**args)
    at = llm_home.where(args.get("place", ""))
    if tool == "light":
        state = args["color"] + " now" if "color" in args else {"dim": "dimmed", "brighten": "brighter"}.get(args["action"],
            args["action"])
        result, say = "ok", f"The lights{at} are {state}."
    elif tool == "switch":
        result, say = "ok", f"The {args['device']}{at} {'are' if args['device'].endswith('s') else 'is'} {llm_home.SWITCH[args['action']][2]}."
    elif tool == "timer_set":
        result, say = "ok", llm_clock.timer_say(args["duration"], "")
    elif tool == "alarm_set":
        result, say = "ok", llm_clock.alarm_say(args["time"], args.get("day", ""))
    elif tool == "alarm_cancel":
        result, say = "ok", f"Your {args['time'] + ' ' if 'time' in args else ''}alarm is canceled."
    elif tool == "time":
        result = llm_clock.clock_result(r)
        say = f"It's {result} in {args['place']}."
    elif tool == "dice":
        result = str(r.randint(1, 20))
        say = f"You rolled {result}."
    else:
        result = llm_number.math_result(r)
        say = r.choice([f"That's {result}.", f"The answer is {result}."])
    order = llm_follow.ORDER.get(tool, list(args))
    return turn(r, user, words.call(tool, **{k: args.get(k, "") for k in order}), result, say)


def load(folder):
    """{tool: [templates]} of NLU-Evaluation-Data, without what SLURP's devel split holds too."""
    table, slurp = {}, {line.split("\t")[1] for line in (folder / "slurp-devel.tsv").read_text().splitlines()}

    def add(t):
        if t and not set(t[0].split()) & words.HELD_OUT:
            table.setdefault(t[1], []).append(t)
    for line in (folder / "nlu-evaluation.tsv").read_text().splitlines():
        intent, text, entities = (line.split("\t") + ["[]"])[:3]
        if text not in slurp:
            add(from_nlu(intent, text, entities or "[]"))
    return table
