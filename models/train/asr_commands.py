"""Assistant commands in our own words, over every tool of runtime/README.md: the vocabulary that `nano` has to hear well.

A small grammar: `{name}` is replaced by one of the name's choices, recursively; `[x|y]` picks one, an empty choice may stand first.
"""
import random
import re

from asr_words import number

GRAMMAR = {
    "please": ["", "", "", "please ", "can you ", "could you ", "would you ", "hey can you ", "i want you to ", "computer "],
    "end": ["", "", "", "", " please", " now", " for me", " thanks", " right now"],
    "room": ["kitchen", "living room", "bedroom", "bathroom", "hall", "hallway", "office", "garage", "garden", "basement", "attic",
             "dining room", "kids room", "guest room", "study", "porch", "balcony", "nursery", "laundry room", "front yard"],
    "lamp": ["light", "lights", "lamp", "lamps", "ceiling light", "desk lamp", "floor lamp", "night light"],
    "color": ["red", "green", "blue", "yellow", "white", "warm white", "purple", "orange", "pink", "cold white", "violet"],
    "device": ["fan", "heater", "tv", "television", "radio", "coffee machine", "kettle", "washing machine", "dishwasher", "oven",
               "vacuum", "robot vacuum", "sprinkler", "humidifier", "air conditioner", "speaker", "printer", "dryer", "music", "toaster"],
    "opener": ["door", "front door", "back door", "garage door", "window", "windows", "blinds", "curtains", "gate", "shutters", "shades"],
    "timer": ["egg", "pasta", "pizza", "tea", "laundry", "rice", "bread", "oven", "workout", "cake", "cookie", "nap", "chicken", "homework"],
    "unit": ["second", "minute", "hour"],
    "duration": ["{n60} {unit}s", "{n60} {unit}s", "{n60} minutes", "{five} minutes", "one {unit}", "an hour", "half an hour", "a minute",
                 "an hour and a half", "{n12} minutes and {tens} seconds", "one hour and {five} minutes", "{n12} and a half minutes",
                 "a quarter of an hour", "two hours and {n60} minutes", "{n12} hours", "ninety seconds", "half a minute"],
    "clock": ["{hour}", "{hour} o'clock", "{hour} {ampm}", "{hour} {five} {ampm}", "{hour} {n59}", "half past {hour}", "quarter past {hour}",
              "quarter to {hour}", "{five} past {hour}", "{five} to {hour}", "noon", "midnight", "{hour} thirty", "{hour} in the morning",
              "{hour} in the evening", "{hour} thirty {ampm}", "{hour} fifteen", "{hour} forty five {ampm}", "{hour} oh five"],
    "ampm": ["am", "pm", "a m", "p m"],
    "day": ["today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tonight", "yesterday"],
    "month": "january february march april may june july august september october november december".split(),
    "place": ["london", "paris", "tokyo", "new york", "berlin", "sydney", "moscow", "rome", "madrid", "chicago", "los angeles", "beijing",
              "delhi", "cairo", "toronto", "seattle", "boston", "dubai", "singapore", "hong kong", "mexico city", "denver", "oslo",
              "san francisco", "vienna", "athens", "lisbon", "shanghai", "stockholm", "hawaii", "texas", "japan", "india"],
    "measure": ["miles", "kilometers", "meters", "feet", "inches", "centimeters", "yards", "pounds", "kilograms", "kilos", "ounces", "grams",
                "liters", "gallons", "cups", "pints", "milliliters", "tablespoons", "teaspoons", "hours", "minutes", "seconds", "days",
                "weeks", "millimeters", "fahrenheit", "celsius", "degrees fahrenheit", "degrees celsius", "quarts", "stones", "tons"],
    "op": ["plus", "minus", "times", "divided by", "multiplied by", "and", "over"],
    "num": ["{n12}", "{n100}", "{n100}", "{n1000}", "{n100} point {n9}", "{n9}"],
    "drink": ["americano", "cappuccino", "coffee", "drip coffee", "espresso", "house coffee", "iced coffee", "iced mocha", "latte", "mocha"],
    "size": ["small", "medium", "large", "eight ounce", "twelve ounce", "sixteen ounce", "twenty ounce"],
    "shots": ["single shot", "double shot", "triple shot"],
    "roast": ["light roast", "medium roast", "dark roast"],
    "some": ["", "some ", "a little bit of ", "a bit of ", "a lot of ", "lots of "],
    "milk": ["milk", "skim milk", "whole milk", "soy milk", "almond milk", "cream"],
    "sugar": ["sugar", "brown sugar", "sweetener"],
    "wish": ["i'd like", "can i get", "could i get", "may i have", "can i have", "i'll have", "i want", "i need", "give me", "get me", "make me",
             "let me get", "i will take", "i'll take", "could you make me", "please make", "order me", "i would like", "i'd love", "we need",
             "bring me", "prepare", "could i have", "hey give me", "can you make"],
    "cup": ["{size} {drink}", "{drink}", "{size} {shots} {drink}", "{shots} {drink}", "{size} {roast} {drink}", "{roast} {drink}",
            "{size} {roast} {shots} {drink}", "{shots} {roast} {drink}", "{roast} {size} {drink}", "{shots} {size} {drink}"],
    "with": ["", "", " with {some}{milk}", " with {some}{sugar}", " with {some}{milk} and {some}{sugar}", " with {some}{sugar} and {some}{milk}",
             " and {some}{milk}"],
    "joke": ["tell me a joke", "tell me something funny", "do you know any jokes", "make me laugh", "sing me a song", "tell me a story"],
}

COMMANDS = {  # weight, forms
    "time": (5, ["what time is it[|| in {place}| over there in {place}| right now]", "{please}tell me the time[| in {place}]{end}",
                 "what's the time[| in {place}]", "do you know what time it is", "how late is it", "what hour is it[| in {place}]",
                 "is it {clock} yet", "current time[| in {place}]", "what's the current time in {place}"]),
    "date": (4, ["what day is [it|today|tomorrow]", "what's the date [today|tomorrow|]", "what is [today's|tomorrow's|yesterday's] date",
                 "which day [is|was] [it|today|yesterday]", "{please}tell me [the|today's] date", "is it {day} today", "what month is it",
                 "what year is it", "is today {day}", "what's the date on {day}"]),
    "timer": (12, ["{please}set [a|the|an|my] timer for {duration}{end}", "{please}start a {timer} timer for {duration}", "timer for {duration}{end}",
                   "{please}set a {timer} timer for {duration}", "set a timer {duration}", "{please}time {duration}{end}", "{duration} timer please",
                   "[wake me|remind me|call me|alert me|let me know] in {duration}", "start [a|another] timer [of|for] {duration}",
                   "{please}count down {duration}", "{please}[cancel|stop|delete|clear|remove|turn off] [the|my] [{timer} timer|timer]{end}",
                   "[cancel|stop|clear] all timers", "how much time is left[| on the {timer} timer| on my timer]",
                   "how long is left on [the|my] [{timer} timer|timer]", "how many minutes are left[| on the timer]", "check [the|my] {timer} timer",
                   "forget the {timer} timer", "what's left on the timer", "give me {duration} on the {timer} timer"]),
    "alarm": (7, ["{please}set [an|my|the] alarm for {clock}[|| {day}| on {day}]{end}", "wake me up at {clock}[| {day}]{end}", "alarm at {clock}[| {day}]",
                  "{please}wake me [|up ]{day} at {clock}", "{please}[cancel|delete|remove|turn off] [the|my] [alarm|{clock} alarm|alarm for {clock}]",
                  "i need to get up at {clock}[| {day}]", "set an alarm {day} at {clock}", "drop the {clock} alarm", "get me up at {clock}"]),
    "math": (9, ["what[ is|'s] {num} {op} {num}", "{please}[calculate|compute|work out] {num} {op} {num}{end}", "how much is {num} {op} {num}",
                 "{num} {op} {num}", "what is {n100} percent of {num}", "what's the square root of {n100}", "what is {n12} squared",
                 "{please}[add|multiply] {num} [and|by|to] {num}", "divide {n1000} by {n12}", "subtract {n100} from {n1000}", "half of {num}",
                 "what do you get for {num} {op} {num}", "{n12} times {n12} {op} {n100}"]),
    "convert": (8, ["{please}convert {num} {measure} [to|into] {measure}{end}", "how many {measure} [are|are there] in {num} {measure}", "{num} {measure} in {measure}",
                    "what is {num} {measure} in {measure}", "how many {measure} in [a|an|one|{num}] {measure}", "how much is {num} {measure} in {measure}",
                    "what's {num} degrees [celsius|fahrenheit] in [fahrenheit|celsius]", "change {num} {measure} to {measure}",
                    "turn {num} {measure} into {measure}"]),
    "chance": (4, ["{please}[flip|toss|throw] a coin{end}", "heads or tails", "{please}[roll|throw] [a|the|two|three|{n9}] [die|dice]{end}",
                   "{please}roll a {n20} sided [die|dice]", "roll {n9} {n20} sided dice", "roll a d {n20}", "flip the coin again"]),
    "light": (11, ["{please}[turn|switch] [on|off] the [{room} |]{lamp}{end}", "{please}[turn|switch] the [{room} |]{lamp} [on|off]{end}",
                   "{please}[dim|brighten] the [{room} |]{lamp}[| to {n100} percent]{end}", "{please}set the [{room} |]{lamp} to [{color}|{n100} percent]{end}",
                   "make the [{room} |]{lamp} {color}", "lights [on|off] in the {room}", "{please}turn [on|off] all the lights[| in the {room}]",
                   "make it [brighter|darker] in the {room}", "it's too [dark|bright] in [here|the {room}]", "{room} {lamp} [on|off]",
                   "change the {room} {lamp} to {color}", "all lights off", "no light in the {room}"]),
    "switch": (9, ["{please}[turn|switch] [on|off] the [{room} |]{device}{end}", "{please}[turn|switch] the [{room} |]{device} [on|off]{end}",
                   "{please}[open|close|lock|unlock|shut] the [{room} |]{opener}{end}", "{please}[start|stop] the {device}[| in the {room}]{end}",
                   "is the {opener} [open|closed|locked]", "lock up the {opener}", "run the {device}"]),
    "thermostat": (6, ["{please}set the [thermostat|temperature|heating|heat] to {temp}[| degrees]{end}", "{please}[raise|lower] the temperature[| in the {room}]{end}",
                       "{please}turn [up|down] the [heat|heating|thermostat][| in the {room}]{end}", "make it [warmer|cooler|colder][| in the {room}]",
                       "{please}set the {room} to {temp} degrees", "it's too [cold|hot|warm] in [here|the {room}]", "turn the [heat|heating] [up|down] to {temp}",
                       "{please}turn the heating [up|down] by {n9} degrees", "i'm [cold|freezing|hot]", "heat the {room} to {temp}"]),
    "order": (18, ["{wish} [a|an|] {cup}{with}{end}", "{wish} [a|an|] {cup}{with}", "[a|an|one] {cup}{with}{end}", "{cup}{with}{end}",
                   "{wish} a {cup} please{with}", "{drink} {size}{with}"]),
    "volume": (6, ["{please}turn [up|down] the [volume|sound|music]{end}", "{please}turn [it|the volume|the sound] [up|down]{end}", "[louder|quieter][| please]",
                   "{please}set the volume to {n100}[| percent]{end}", "volume [up|down|{n100}|{n9}]", "[mute|unmute][| the sound| yourself| the music]", "speak [up|louder|softer]",
                   "{please}mute the [tv|speaker|music]", "make it [louder|quieter]", "a bit [louder|softer]"]),
    "control": (4, ["{please}repeat that[| please]", "say that again[| please]", "what did you say", "come again", "pardon", "once more",
                    "i didn't [hear|catch|get] that", "[stop|be quiet|enough|shut up|quiet|that's enough|stop talking|cancel|never mind|halt]"]),
    "talk": (7, ["[hello|hi|hey|good morning|good evening|good night|good afternoon][| there| computer| jarvis]", "how are you[| today| doing]", "who are you",
                 "what's your name", "what can you do", "who made you", "thank you[| very much| so much]", "thanks[| a lot]", "{joke}", "goodbye", "bye",
                 "see you [later|tomorrow|soon]", "what is the weather [like |]today", "will it rain [tomorrow|on {day}]", "i love you", "are you [a robot|real|human|there]",
                 "how old are you", "what's the meaning of life", "[yes|no|okay|sure|maybe|yes please|no thanks]", "can you help me", "do you like [music|coffee|me]",
                 "you are [great|funny|smart|wrong]", "where are you from", "play some music", "what's new", "my name is [anna|david|maria|peter|john|lucy]",
                 "happy birthday", "i'm [tired|hungry|bored|happy|sad|home]", "call [mom|dad|my wife|the office]", "my birthday is {month} {n30}"]),
}

RANGES = {"n9": (2, 9), "n12": (1, 12), "n20": (4, 20), "n30": (1, 30), "n59": (10, 59), "n60": (1, 60), "n100": (1, 100), "n1000": (100, 999), "hour": (1, 12), "temp": (14, 28)}


def _range(name, rng):
    if name == "five":
        return number(rng.choice([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]))
    if name == "tens":
        return number(rng.choice([10, 15, 20, 30, 40, 45, 50]))
    if name == "temp" and rng.random() < 0.4:
        return number(rng.randint(58, 82))
    low, high = RANGES[name]
    return number(rng.randint(low, high))


def expand(form, rng):
    """One sentence of a form."""
    while True:
        m = re.search(r"\{(\w+)\}|\[([^\[\]]*)\]", form)
        if not m:
            return re.sub(r"\ba (?=[aeiou](?!ne\b))", lambda k: "an " if rng.random() < .8 else "a ", " ".join(form.split()))
        if m.group(2) is not None:
            pick = rng.choice(m.group(2).split("|"))
        else:
            name = m.group(1)
            pick = rng.choice(GRAMMAR[name]) if name in GRAMMAR else _range(name, rng)
        form = form[:m.start()] + pick + form[m.end():]


def commands(count, seed, skip=()):
    """`count` sentences, tools drawn by weight, none of them in `skip`; repeats only where the grammar is small."""
    rng = random.Random(seed)
    names = list(COMMANDS)
    weights = [COMMANDS[n][0] for n in names]
    seen, out = {}, []
    while len(out) < count:
        text = expand(rng.choice(COMMANDS[rng.choices(names, weights)[0]][1]), rng)
        if text in skip or seen.get(text, 0) >= 4 or not re.fullmatch(r"[a-z' ]+", text):
            continue
        seen[text] = seen.get(text, 0) + 1
        out.append(text)
    return out


if __name__ == "__main__":
    print("\n".join(commands(60, 1)))
