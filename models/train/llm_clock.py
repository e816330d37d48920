"""Training turns of the clock tools: time, date, timers, alarms; and what all generators share.

Each generator takes a random.Random and returns a Turn.  Results are random: the reply must repeat the result's figures, so it has to read them.
"""
import collections

from llm_words import CITIES, DAYS, TIMER_NAMES, call, clock, duration, expand, phrase, pick, polite

Turn = collections.namedtuple("Turn", "user call result say")
Turn.tool = property(lambda t: t.call.split(" ")[0] if t.call else "-")
MONTHS = "january february march april may june july august september october november december".split()
ERRORS = ["error unknown", "error not found", "error not available", "error failed", "error no answer", "error busy",
    "error bad number",
          "error unknown place", "error unknown unit", "error too many", "error offline", "error bad time", "error not possible"]


def outcome(r, result, say, rate=0.04):
    """(result, say), or now and then a failure and its apology."""
    if r.random() >= rate:
        return result, say
    error = r.choice(ERRORS)
    return error, f"Sorry, that didn't work: {error[6:]}."


def turn(r, user, made, result, say, rate=0.04):
    return Turn(user, made, *outcome(r, result, say, rate))


def clock_result(r):
    return f"{r.randint(1, 12)}:{r.randint(0, 59):02d} {r.choice(['am', 'pm'])}"


def time(r):
    res = clock_result(r)
    if r.random() < 0.5:
        user = expand(r, phrase(r, [
            "[what time is it|what's the time|what is the time][| now| please| right now| at the moment| computer]",
            "[tell me|give me|say|check|get me] the [time|current time|exact time][| please| now]",
            "[do you|would you] know [what time it is|the time]",
            "[can|could] you [tell me|give me|check] [the time|what time it is|the current time][| please| now]",
            "[the |current |]time[| please| now| check]",
            "[i need|i want] [the time|to know the time][| please]", "how late is it[| now]", "what hour is it[| now]",
            "got the time",
            "what does the clock say[| now]", "what's the [current|local] time[| now| here]", "what [is the|] time is it here",
            "how late is it getting", "[can|could|may] i [have|get] the time[| please]",
            "[is it|has it gone] [late|noon|midnight|lunch time] [already|now]", "what [does|do] the clock [say|show]",
            "i lost track of time", "give us the time", "tell me what the clock says", "what's the hour"]))
        return turn(r, user, "time", res, r.choice([f"It's {res}.", f"The time is {res}."]))
    place = pick(r, CITIES, 0.4)
    return turn(r, time_question(r, place), call("time", place=place), res, f"It's {res} in {place}.")


def time_question(r, place):
    return expand(r, phrase(r, [
        "[what time is it|what's the time|what is the time|tell me the time|the time|current time|what's the local time] [in|over in|at] {p}[| now| please| right now| at the moment]",
        "[can|could] you [tell me|check|give me] [the time|what time it is] in {p}[| please| now]", "what is {p} time[| now]",
        "what time [do they have|is it now] in {p}",
        "how late is it in {p}[| now]", "[do you know|i want to know|i need to know] [the time|what time it is] in {p}",
        "time in {p}[| please]", "{p} time[| please| now]", "tell me {p} time",
        "what time have they got in {p}", "[how late|what] would the time be in {p}", "the clock in {p}",
        "what does the clock say in {p}", "[right now|now] in {p} what's the time", "[i wonder|any idea] what time it is in {p}",
        "is it already [night|morning|evening|dark|late] in {p}", "people in {p} have what time",
        "in {p} what time is it", "what's the time [like |]over in {p}",
        "is it [morning|night|day|evening|early] in {p}[| now]"]), p=place)


def date_result(r):
    return f"{r.choice(DAYS)} {r.choice(MONTHS)} {r.randint(1, 31)}"


def date(r):
    res, day = date_result(r), r.choice(["", "", "today", "tomorrow", "yesterday"])
    if day in ("", "today"):
        t = " today" if day else ""
        user = expand(r, phrase(r, [
            "[what's the date|what is the date|what day is it|what date is it|which day is it|what day do we have|what day of the week is it]{t}[| please| now]",
            "[tell me|give me|say|check] [the date|the day|what day it is|what date it is]{t}[| please]",
            "[can|could] you [tell me|check] [the date|what day it is|what date it is]{t}[| please]",
            "[do you know|i need to know|i want to know] [the date|what day it is|which day it is]{t}",
            "what [day|weekday|date] [are we|have we got]{t}",
            "[the |]date{t}[| please]", "what's the [current |]date{t}", "what is the day{t}", "what month is it{t}",
            "is it [monday|friday|sunday|the weekend] [yet|already|today|]", "can i have the date{t}",
            "what's the calendar say{t}", "i don't know what day it is{t}", "say what day it is{t}", "what year is it{t}"]), t=t)
        if day and r.random() < 0.4:
            user = expand(r, "[what's|what is|tell me|give me] today's [date|day][| please]")
        if "month" in user or "year" in user:
            day = "today" if day else ""
        return turn(r, user, call("date", day=day), res, r.choice([f"It's {res}.", f"Today is {res}."]))
    verb = "was" if day == "yesterday" else "is"
    user = expand(r, phrase(r, ["what [day|date] {v} [it |]{d}[| please]", "what's the date {d}", "what {v} the [date|day] {d}",
        "[what's|tell me|give me|what {v}] {d}'s [date|day]",
                               "[can|could] you tell me {d}'s date", "which day {v} {d}", "what's the date going to be {d}",
                               "[can|could] i have the date [for|of] {d}", "what's {d}", "{d} is what day", "what date {v} {d}",
                               "[tell me|do you know] what day {v} {d}", "{d}'s date[| please]",
                               "what day of the week {v} {d}", "what day [will it be|do we have] {d}", "the date {d} please",
                               "what [day|date] {d}"]), d=day, v=verb)
    return turn(r, user, call("date", day=day), res, f"{day.capitalize()} {verb} {res}.")


def timer_say(d, name):
    return f"Okay, the {name} timer is set for {d}." if name else f"Timer set for {d}."


def timer_set(r):
    noun, adjective = duration(r)
    name = pick(r, TIMER_NAMES, 0.4, 0.1) if r.random() < 0.4 else ""
    d = noun
    if name:
        form = phrase(r, [
            "[set|start|make|give me|create|put on|begin|i need|i want|add] a {n} timer [for|of] {d}",
                "[set|start|make|i need|put on] a timer for [the |my |]{n} for {d}",
            "[set|start|create|make] a [{d}|timer for {d}|timer of {d}] [called|named|for|labeled] [the |]{n}", "{d} for the {n}",
            "{n} timer [for |]{d}",
            "time the {n} for {d}", "remind me about the {n} in {d}", "[set|start|i need|give me] a timer for {d} for the {n}",
            "[call|tell] me in {d} for the {n}",
            "[start|set|begin] [the|my] {n} timer for {d}"])
        if r.random() < 0.3:
            form, d = r.choice(["[set|start|give me|i need|make|create|put on] a{an} {d} {n} timer",
                "[set|start|give me|i need|make] a{an} {d} timer for [the |my |]{n}",
                                "a{an} {d} timer for the {n}",
                                "[set|start|make|create] a{an} {d} timer [called|named|labeled] {n}", "{d} {n} timer"]), adjective
    else:
        form = phrase(r, [
            "[set|start|make|create|run|begin|put on|set up|give me] [a|the|my|] timer [for|of|to|at|with] {d}",
                "[i need|i want|i'd like] a timer for {d}",
            "[wake|call|tell|alert|notify|remind|warn|beep] me in {d}", "[set|start] [a |the |]countdown [for|of|from|to] {d}",
            "timer [for|of] {d}", "count [down |]{d}",
            "[set|start] the timer for {d} from now", "time {d}", "[set|put] {d} on the timer", "{d} on the timer",
            "set a timer that goes off in {d}", "{d} timer", "start timing {d}",
            "let me know [in|after] {d}", "tell me when {d} [are up|is over|have passed|are over]", "another timer for {d}",
            "set a new timer for {d}", "[let's do|let's have|let's start] a timer for {d}",
            "[buzz|nudge|ring|poke] me [in|after|when] {d}", "[please |]keep time for {d}",
            "i want to be [reminded|called|told] in {d}",
            "start [counting|a clock] for {d}", "run the clock for {d}", "[watch|measure] {d} for me", "give me {d}",
            "[have|get] a timer going for {d}"])
        if r.random() < 0.3:
            form, d = r.choice(["[set|start|give me|make|i need|i want|create|run|put on] a{an} {d} [timer|countdown]",
                "{d} timer", "a{an} {d} timer"]), adjective
    user = expand(r, form, d=d, n=name, an="n" if d[0] in "ae" and not d.startswith("a ") else "")
    for bad, good in (("a a ", "a "), ("a an ", "an "), ("an an ", "an ")):
        user = user.replace(bad, good)
    return turn(r, polite(r, user), call("timer_set", duration=d, name=name), "ok", timer_say(noun, name))


def timer_reference(r):
    """(words for a timer, its name or '')."""
    if r.random() < 0.5:
        return r.choice(["the timer", "the timer", "my timer", "that timer", "timer"]), ""
    name = pick(r, TIMER_NAMES, 0.4, 0.1)
    return expand(r, phrase(r, ["[the|my|the] {n} timer", "{n} timer", "the timer for [the |]{n}",
        "the timer [called|named] {n}"]), n=name), name


def timer_cancel(r):
    what, name = timer_reference(r)
    user = expand(r, phrase(r, ["[cancel|stop|delete|remove|end|turn off|clear|kill|reset|quit|shut off|get rid of|abort] {w}"] * 5 +
                              ["[i don't need|forget|i no longer need] {w}[| anymore]", "take {w} off", "turn {w} off",
                                  "no more need for {w}",
                               "i want {w} [gone|canceled|off]", "[i'm done with|i'm finished with|we're done with] {w}",
                               "that's it for {w}", "let {w} go", "[undo|ditch|dismiss|wipe] {w}",
                               "[make {w} stop|silence {w}|end {w} early|switch off {w}]"]), w=what)
    label = f"The {name} timer" if name else "The timer"
    if r.random() < 0.25:
        return Turn(polite(r, user), call("timer_cancel", name=name), "error no timer",
            f"There is no {name + ' ' if name else ''}timer running.")
    return turn(r, polite(r, user), call("timer_cancel", name=name), "ok", f"{label} is canceled.")


def left_result(r):
    h, m, s = r.randint(1, 11), r.randint(1, 59), r.randint(1, 59)
    return r.choice([f"{m} minutes {s} seconds", f"{m} minutes {s} seconds", f"{s} seconds", f"{m} minutes",
        f"{h} hours {m} minutes",
                     f"1 minute {s} seconds", f"1 hour {m} minutes", f"{h} hours {m} minutes {s} seconds"])


def timer_left(r):
    what, name = timer_reference(r)
    user = expand(r, phrase(r, ["[how much time is|how much is|how long is|how many minutes are|how many seconds are|what time is] left [on|for|in|with] {w}",
                               "how [long|much longer] [until|till|before] {w} [goes off|is done|ends|rings|is up|is over|finishes]", "[what's|what is] [left on|remaining on|the status of|the time on] {w}",
                               "[check|show|tell me about|status of|read] {w}",
                               "[tell me|can you tell me|could you tell me|do you know] how much time is left on {w}",
                               "how is {w} doing",
                               "how [much time|many minutes|long] does {w} [have|have left|still have to go]", "time left on {w}",
                               "how much time do i have [left |]on {w}",
                               "when [is {w} done|will {w} be done|does {w} end|will {w} go off]",
                               "is {w} [done|finished|over][| yet| soon]", "remaining time on {w}", "how far along is {w}",
                               "how's {w}[| doing| looking]", "has {w} [got long to go|finished|much left|gone off]",
                               "when's {w} [done|finished|over|up]", "[what about|any news on|update on] {w}",
                               "do i have much time on {w}", "will {w} [ring|end] soon",
                               "what does {w} say", "[tell me|say|give me] the remaining time [of|on|for] {w}", "do we have long on {w}",
        "how many more minutes [on|for] {w}", "what's remaining on {w}", "is {w} [close to|near] done",
        "when is {w} going to [ring|end|go off]", "how long before {w} rings", "{w} status", "how soon will {w} be done"]), w=what)
    if not name and r.random() < 0.25:
        user = expand(r, "[how much time is left|how much longer|how long is left|how much time do i have left|time left|how many minutes left|how much time remains|how long to go]")
    label = f"the {name} timer" if name else "the timer"
    if r.random() < 0.15:
        return Turn(user, call("timer_left", name=name), "error no timer",
            f"There is no {name + ' ' if name else ''}timer running.")
    res = left_result(r)
    return turn(r, user, call("timer_left", name=name), res, f"There are {res} left on {label}." if not res.startswith("1 ")
        else f"There is {res} left on {label}.")


ALARM_DAYS = ["tomorrow"] * 6 + ["tomorrow morning", "tomorrow morning", "tonight", "today", "every day", "every morning",
    "weekdays", "every weekday",
                                 "the weekend", "tomorrow evening", "tomorrow afternoon"]


def alarm_day(r):
    """(words as said with their preposition, the value)."""
    if r.random() < 0.55:
        d = r.choice(ALARM_DAYS)
        return ("on " + d if d in ("weekdays", "the weekend") else d), d.replace("the ", "")
    d = r.choice(DAYS)
    d = r.choice([d, d, d, d + " morning", "next " + d, "every " + d])
    return r.choice(["on ", "on ", "on ", "", "for "]) + d, d


def alarm_set(r):
    t = clock(r)
    said, day = alarm_day(r) if r.random() < 0.45 else ("", "")
    user = expand(r, phrase(r, [
        "[wake|get] me up [{s} at {t}|at {t} {s}|at {t} {s}]", "wake me [{s} |]at {t} {x}",
            "[set|make|create|put|add|schedule|set up|give me] [an|the|my|a new|an] alarm [for|at] {t} {s}",
        "[set|make|create|put|add] [an|the|my|an] alarm [{s} |]for {t} {x}", "[i need|i want|i'd like] an alarm [for|at] {t} {s}",
        "[i need to|i have to|i want to|i've got to] [get up|wake up|be up] at {t} {s}",
        "alarm [for|at] {t} {s}", "{s} wake me [up |]at {t}", "[set|put] [my|the] alarm to {t} {s}",
        "[alarm|wake up call] {s} at {t}", "{t} alarm {s}", "set a{an} {t} alarm {s}",
        "[make sure i'm|get me] [up|awake|out of bed] [at|by] {t} {s}", "i [need|want] a wake up call at {t} {s}",
        "[ring|buzz|beep] me at {t} {s}", "alarm {t} {s}",
        "[ring|sound] an alarm at {t} {s}", "wake me up {t} {s}", "set [the |an |]alarm [clock |]for {t} {s}",
        "[i've got to|i must|i should|help me] [be up|get up|wake up] at {t} {s}", "have an alarm [ready|on|set] for {t} {s}",
        "[i'd like|i want] to [wake up|get up|be woken] at {t} {s}", "could you wake me at {t} {s}",
        "[use|add] {t} {s} as my alarm", "my alarm should [be|ring] at {t} {s}", "don't let me sleep past {t} {s}"]), t=t, s=said,
        x="\x00", an="n" if t.startswith(("ei", "el")) else "")
    if "\x00" in user:
        user = user.replace("\x00", said if said and said not in user else "").strip()
        user = user if not said or said in user else user + " " + said
    if said and said not in user:
        said = day = ""
    user = " ".join(user.split())
    made = call("alarm_set", time=t, day=day)
    return turn(r, polite(r, user), made, "ok", alarm_say(t, day))


def alarm_say(t, day):
    return f"Alarm set for {t}{' on' if day.split(' ')[0] in DAYS + ['weekdays'] else ''}{' ' + day if day else ''}."


def alarm_cancel(r):
    t = clock(r) if r.random() < 0.5 else ""
    if t:
        user = expand(r, phrase(r, ["[cancel|delete|turn off|remove|clear|stop|disable|kill] [the|my] {t} alarm",
            "[cancel|delete|remove|turn off|clear|disable] [the|my] alarm [for|at] {t}",
                                   "[cancel|turn off|delete|remove] the alarm [set for|that's set for|i set for] {t}",
                                   "i don't need [the|my] {t} alarm[| anymore]", "[don't|do not] wake me [up |]at {t}",
                                   "no alarm at {t}", "turn [my|the] {t} alarm off", "{t} alarm off",
                                   "[please |]don't [ring|buzz|beep|go off] at {t}", "skip the {t} alarm",
                                   "[i'm up|i'm awake] cancel the {t} alarm", "the {t} alarm can go",
                                   "drop [the|my] alarm at {t}"]), t=t)
    else:
        user = expand(r, phrase(r, ["[cancel|delete|turn off|remove|clear|stop|disable|kill|shut off|silence|get rid of|switch off|undo|unset] [the|my|that|the|my|all my|all] [alarm|alarm|alarms|alarm clock]"] * 3 +
                                  ["turn [my|the] alarm off", "i don't need [the|my|that|an] alarm[| anymore]",
                                      "no alarm[| please| tomorrow| today]", "[don't|do not] wake me up[| tomorrow]",
                                   "stop [ringing|the alarm|that alarm]", "alarm off", "i don't want [the|my|an] alarm",
                                   "cancel my wake up call", "[kill|end|dismiss|wipe|undo] the alarm",
                                   "[i'm up|i'm awake|i'm already awake][| stop the alarm| turn off the alarm]",
                                   "let me sleep in", "skip the alarm[| tomorrow]", "the alarm can go", "no more alarm",
                                   "[cancel|delete|turn off] my alarm for tomorrow"]))
    if r.random() < 0.2:
        return Turn(polite(r, user), call("alarm_cancel", time=t), "error no alarm",
            f"There is no alarm{' at ' + t if t else ''} to cancel.")
    return turn(r, polite(r, user), call("alarm_cancel", time=t), "ok", f"Your {t + ' ' if t else ''}alarm is canceled.")


GENERATORS = [(time, 5), (date, 5), (timer_set, 11), (timer_cancel, 5), (timer_left, 6), (alarm_set, 10), (alarm_cancel, 5)]
