"""Lists of unseen sources: CLINC150, SLURP (devel) and SNIPS mapped to our tools, for measuring only; no training text comes from them.

The mapping, fixed before the training of nano-2:

    CLINC150   time, date, timer, alarm, calculator, measurement_conversion, flip_coin, roll_dice, change_volume, repeat, cancel, smart_home
               -> our tools; small talk (CHAT) -> no call; all other intents and `oos` -> no call, out of scope
    SLURP      alarm_set, alarm_remove, datetime_query, iot_hue_*, iot_wemo_*, iot_cleaning, audio_volume_*, qa_maths -> our tools by its own
               annotation; general_quirky, general_joke and greetings -> small talk; all other intents -> out of scope
    SNIPS      all seven intents -> out of scope

SLURP and CLINC150 have no arguments in our sense.  A rule per intent finds them; a row is left out where its rule is not sure: when what is
left of the text after the arguments and the words of FILL (words that carry no argument) still holds a number, a day, a place …
Texts are spelt as the recogniser spells (digits as words).  A cell may hold two right calls, separated by ` | `.

Run: python models/train/llm_unseen.py --out DIR       writes DIR/unseen.tsv (columns user, call, source, tool, kind) and prints counts
"""
import argparse
import collections
import os
import pathlib
import random
import re

import llm_public
from llm_public import CLOCK, DAYS, EXPR, LENGTH, NUMBER, in_words
from llm_words import UNIT_PAIRS, call

CHAT = set("""greeting thank_you goodbye what_is_your_name what_can_i_ask_you are_you_a_bot who_made_you who_do_you_work_for tell_joke
how_old_are_you where_are_you_from what_are_your_hobbies do_you_have_pets meaning_of_life fun_fact yes no maybe general_quirky general_joke
general_greet greet quirky""".split())
UNSURE = set("timezone reset_settings change_speed whisper_mode carry_on next_holiday datetime_convert iot_coffee alarm_query query set post factoid podcasts".split())
FILL = set("""a an the my your me i you it to for of on off in at please can could would will need want like set timer alarm alarms clock start create make
give put go goes get up new now now, just have hey okay ok ai so that this be is with from and wake countdown begin run add new i'd i'll let's us
should going ready called sure turn kindly right away immediately today please. do using ring sound thanks thank olly alexa siri google try using
again current here""".split())
UNITS = sorted({name for rows in UNIT_PAIRS.values() for pair in rows for name in pair}, key=len, reverse=True)
UNIT = "(?:" + "|".join(UNITS) + ")"
AMOUNT = rf"(?:{NUMBER}|an|a)"


def spare(text, *values, more=""):
    """Is all that is left without the values made of words that carry no argument?"""
    for v in values:
        text = text.replace(v, " ", 1)
    return set(text.split()) <= FILL | set(more.split())


def found(pattern, text):
    """The one match of a pattern, tidied; '' for none, None for several."""
    hits = [re.sub(r"^and |( and| a)$", "", m[0].strip()) for m in re.finditer(rf"\b{pattern}(?=\s|$)", text)]
    hits = [h for h in hits if re.sub(r"\b(and|a)\b", "", h).strip()]
    return "" if not hits else hits[0] if len(hits) == 1 else None


def timer(text):
    d = found(LENGTH, text)
    if d == "":
        return "-" if spare(text) and "timer" in text else None
    d = re.sub(rf"^an? (?={NUMBER})", "", d) if d else d
    return call("timer_set", duration=d) if d and spare(text, d) else None


def alarm(text):
    day = found(DAYS, text)
    t = found(CLOCK, text.replace(day or "\0", " "))
    t = re.sub(r"^(one|a|an) (?=alarm)", "", t) if t else t
    if t == "" and not day:
        return "-" if spare(text) and "alarm" in text else None
    if not t or day is None or re.search(r"\b(one|a) (new )?alarm", text) or "minutes" in text or "hours" in text or day in ("today", "tonight"):
        return None
    return call("alarm_set", time=t, day=day) if spare(text, t, day) else None


def alarm_remove(text):
    t = found(CLOCK, text)
    if t is None or re.search(rf"{DAYS}|one|what|how|my \w+ alarm|set alarm", text) or "alarm" not in text:
        return None
    return call("alarm_cancel", time=t) if spare(text, t, more="cancel delete remove any all stop rid disable erase clear") else None


def calculator(text):
    e = found(EXPR, text)
    return call("math", expr=e) if e and not re.search(r"\bx\b|dollars|percent$", text) and spare(
        text, e, more="what what's calculate equal equals much how tell know answer total sum does result value find out would when solve compute are") else None


def convert(text):
    m = re.search(rf"how (?:many|much) (?P<t>{UNIT}) (?:are |is |do )?(?:there )?(?:are )?(?:in|make|makes|equals?) (?P<n>{AMOUNT}) ?(?P<f>{UNIT})$", text) or re.search(
        rf"(?P<n>{AMOUNT}) ?(?P<f>{UNIT}) (?:is |are )?(?:in|to|into|equals? how many|is how many) (?P<t>{UNIT})$", text)
    if not m or m["f"] == m["t"]:
        return None
    n = m["n"].strip()
    rest = text[:m.start()]
    return call("convert", amount=n, **{"from": m["f"], "to": m["t"]}) if not rest or spare(rest, more="what's what convert tell how many much are know change turn conversion") else None


def dice(text):
    if "pair" in text or "roll" not in text or "?" in text:
        return None
    m = re.search(rf"({NUMBER.strip()}) ?(?:sided|sides?)", text)
    sides = re.sub(r"^a ", "", m[1].strip()) if m else ""
    rest = text.replace(m[0], " ") if m else text
    n = re.search(r"\b(two|three|four|five|six) (?:dice|di)", rest)
    rest = re.sub(r"\b(two|three|four|five|six)\b", "", rest)
    return call("dice", count=n[1] if n else "", sides=sides) if spare(
        rest, more="roll dice die sided some what number tell let roll toss hey result sides me") and not re.search(r"\bone\b", text) else None


def volume(text):
    n = found(NUMBER, text)
    up = bool(re.search(r"\b(up|louder|increase[sd]?|raised?|higher|bump|amplify|loud)\b", text))
    down = bool(re.search(r"\b(down|quieter|lower|decrease|reduced?|softer|less)\b", text))
    top = re.search(r"\b(maximum|max|minimum|full)\b", text)
    if n is None or re.search(r"\bby\b|half|percent|hear|music|mute|not\b|too", text):
        return "volume action=mute" if re.search(r"\bmute\b", text) and not n and not re.search(r"hour|until|settings|unmute", text) else None
    if n or top:
        v = n.removeprefix("a ") if n else top[0]
        return f"volume action=set level={v}" if v and not (n and top) else None
    return None if up == down else f"volume action={'up' if up else 'down'}"


def clock(text):
    m = re.search(r"\b(?:in|at) (?:the )?([a-z' ]+)$", re.sub(r"( right now| now| please| currently| at the moment)+$", "", text))
    if not m:
        return "time" if not re.search(r"\b(pacific|eastern|central|mountain|coast|in|at|for|zone|timezone|difference)\b", text.replace("at the moment", "").replace("at this time", "")) else None
    place = m[1]
    return f"time place={place}" if not re.search(r"zone|time|when|moment|home|here|house|\bis\b|military|format|hours|\bnow\b|country|state", place) and len(place.split()) < 4 else None


def date(text):
    if re.search(rf"{NUMBER.strip()}\b|monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|month|year|days|from|after|fall|weekend|time", text):
        return None
    day = [d for d in ("tomorrow", "yesterday", "today") if re.search(rf"\b{d}(?:'s|s)?\b", text)]
    return None if len(day) > 1 else call("date", day=day[0] if day else "")


def home(text):
    """CLINC150's smart_home: lights, locks, set temperatures, things on and off."""
    if re.search(r"who|if|are|check|did|what|how|when|cannot|status|don't|and|record|set to|temp|degrees|car|everything|every|all|camera", text):
        return None
    m = re.search(r"\b(?:turn|switch|put|power) (on|off) (?:the |my |our )?(?:([a-z ]+?) )?lights?$", text) or re.search(
        r"\b(?:turn|switch|put) (?:the |my |our )?(?:([a-z ]+?) )?lights? (on|off)$", text)
    if m:
        a, p = (m[1], m[2]) if m[1] in ("on", "off") else (m[2], m[1])
        return call("light", action=a, place=p or "")
    m = re.search(r"\bdim (?:the |my )?(?:([a-z]+?) )?lights?$", text)
    if m:
        return call("light", action="dim", place=m[1] or "")
    m = re.search(r"\b(lock|unlock|open|close) (?:up )?(?:the |my )?([a-z ]*doors?|garage|blinds|curtains)$", text)
    if m:
        return f"switch device={m[2]} action={m[1]}"
    m = re.search(r"\b(?:turn|switch) (on|off) (?:the |my )?([a-z]+(?: [a-z]+)?)$", text) or re.search(r"\b(?:turn|switch) (?:the |my )?([a-z]+) (on|off)$", text)
    if not m:
        return None
    a, d = (m[1], m[2]) if m[1] in ("on", "off") else (m[2], m[1])
    return f"switch device={d} action={a}" if not re.search(r"\b(in|for|me|at|with|it|please)\b|lights?|lamp", d) else None


CLINC = {"time": clock, "date": date, "timer": timer, "alarm": alarm, "calculator": calculator, "measurement_conversion": convert,
         "flip_coin": lambda t: "coin" if "coin" in t else None, "roll_dice": dice, "change_volume": volume, "repeat": lambda t: "repeat",
         "cancel": lambda t: "stop" if not re.search(r"order|reservation|alarm|timer|input|request", t) else None, "smart_home": home}
SLURP_LIGHT = {"iot_hue_lighton": "on", "iot_hue_lightoff": "off", "iot_hue_lightup": "brighten", "iot_hue_lightdim": "dim", "hue_lightup": "brighten", "hue_lightoff": "off"}


def slurp_light(action, text, slots):
    p = slots.pop("house_place", "")
    if slots or text == "light up" or found(NUMBER, text) != "" or re.search(r"\blamps?\b|all|every|closet|outdoor|desk|bedside|indoor|path|around|here|down ?stairs|upstairs|nighttime", text) or not re.search(r"light|bright|dim", text):
        return None
    return call("light", action=action, place=p)


def slurp_color(text, slots):
    p, c = slots.pop("house_place", ""), slots.pop("color_type", "")
    return call("light", action="set", place=p, color=c) if c and not slots and len(c.split()) < 3 and re.search("light", text) and "all" not in text else None


def slurp_switch(action, slots):
    d, p = slots.pop("device_type", ""), slots.pop("house_place", "")
    return None if not d or slots else [call("switch", device=d, action=action, place=p)]


def slurp(intent, text, slots):
    if intent in SLURP_LIGHT:
        return slurp_light(SLURP_LIGHT[intent], text, slots)
    if intent == "iot_hue_lightchange":
        return slurp_color(text, slots)
    if intent in ("iot_wemo_on", "iot_wemo_off"):
        made = slurp_switch(intent[9:], slots) if re.search(r"\b(on|off)\b", text) else None
        return made and made[0]
    if intent == "iot_cleaning":
        m = re.search(r"\b(start|run|turn on|activate)\b", text)
        made = m and slurp_switch("on" if m[1] in ("turn on", "activate") else "start", slots)
        return made and made[0]
    if intent == "alarm_set":
        return alarm(text)
    if intent == "alarm_remove":
        return alarm_remove(text)
    if intent == "datetime_query":
        return clock(text) if re.search(r"\btime\b", text) else date(text) if re.search(r"date|day", text) and set(slots) <= {"date"} else None
    if intent == "qa_maths":
        return calculator(text) or convert(text)
    return volume(text) if intent.startswith("audio_volume") else None


def clean(text):
    text = " ".join(re.sub(r"[^a-z0-9' ]", " ", text).split())
    return text if text and not re.search(r"\d", text) and len(text.split()) <= 24 else None


def rows_clinc(folder, r):
    for line in (folder / "clinc150.tsv").read_text().splitlines():
        _, intent, text = line.split("\t")[:3]
        text = clean(in_words(r, text.lower()))
        if not text or intent in UNSURE:
            continue
        if intent in CLINC:
            yield text, CLINC[intent](text), "clinc150", "ask" if CLINC[intent](text) == "-" else "tool"
        else:
            yield text, "-", "clinc150", "chat" if intent in CHAT else "oos"


def rows_slurp(folder):
    for line in (folder / "slurp-devel.tsv").read_text().splitlines():
        intent, text, marked = line.split("\t")[:3]
        slots = dict(re.findall(r"\[(\w+) : ([^\]]*)\]", marked.lower()))
        text = clean(text.lower())
        if not text or intent in UNSURE or len(text.split()) < 2:
            continue
        if re.match(r"alarm_|datetime|iot_|audio_volume|qa_maths|hue_|cleaning", intent):
            made = slurp(intent, text, slots)
            yield text, made, "slurp", "ask" if made == "-" else "tool"
        else:
            yield text, "-", "slurp", "chat" if intent in CHAT else "oos"


def rows_snips(folder):
    for line in (folder / "snips.tsv").read_text().splitlines():
        part = line.split("\t")
        if len(part) >= 3 and part[0] == "validate":
            text = clean(re.sub(r"\[([^|\]]*)\|[^\]]*\]", r"\1", part[2]).lower())
            if text:
                yield text, "-", "snips", "oos"


def load(data):
    """Rows (user, call, source, tool, kind), each text once; also {intent rows seen, mapped}."""
    folder, r, seen, rows, count = pathlib.Path(data) / "text", random.Random(0), set(), [], collections.Counter()
    for source in (rows_clinc(folder, r), rows_slurp(folder), rows_snips(folder)):
        for text, made, name, kind in source:
            count[name, "left out" if made is None else kind] += 1
            if made is not None and text not in seen:
                seen.add(text)
                rows.append((text, made, name, made.split(" ")[0], kind))
    return rows, count


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", default=os.environ.get("SOTTO_DATA", "../shared/data"))
    ap.add_argument("--out", type=pathlib.Path, required=True)
    ap.add_argument("--show", type=int, default=0, help="print every Nth mapped row")
    args = ap.parse_args()
    rows, count = load(args.data)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "unseen.tsv").write_text("#columns\tuser\tcall\tsource\ttool\tkind\n" + "".join("\t".join(x) + "\n" for x in rows))
    print(dict(count))
    print(collections.Counter(x[3] for x in rows if x[4] != "oos"))
    for x in [x for x in rows if x[4] in ("tool", "ask")][::args.show] if args.show else []:
        print("\t".join(x))


if __name__ == "__main__":
    main()
