"""Training turns without a tool: greetings, thanks, small talk, what it can do, polite declines, unsafe requests.

`PAIRS` is (user templates, replies); `PUBLIC` maps intents of the public assistant text NLU-Evaluation-Data
to a reply topic, or to a tool without arguments.  An intent that is not in the table is not used.
"""
from llm_clock import Turn, call, turn
from llm_words import RARE, expand
import llm_clock
import llm_home
import llm_number
import llm_words as words
from llm_say_other import DECLINE as REFUSE, REPLIES as MORE_REPLIES, TALK

PEOPLE = "mom dad john sarah my wife my husband my boss my sister my brother anna david my mother grandma the plumber my doctor emma tom".replace("my ", "my_").replace("the ", "the_").split()
PEOPLE = [p.replace("_", " ") for p in PEOPLE]
HELP = ["I can set timers and alarms, do math, convert units, control your home and take drink orders.",
        "Timers, alarms, math, unit conversions, lights, switches, the thermostat and coffee orders."]
DECLINE = ["Sorry, I can't do that.", "I'm sorry, that's not something I can do."]
UNKNOWN = ["Sorry, I don't know that one.", "I'm afraid I don't know."]
UNSAFE = ["Sorry, I can't help with that."]
REPLIES = {
    "greeting": ["Hello! How can I help?", "Hi there! What can I do for you?"], "thanks": ["You're welcome.", "My pleasure."],
        "bye": ["Goodbye!", "See you later."],
    "how": ["I'm doing well, thank you. How can I help?"], "name": ["I'm Sotto, your voice assistant."], "help": HELP,
        "bot": ["I'm a small voice assistant that runs on this device."],
    "maker": ["I was made by the Sotto project."], "joke": ["Why did the clock get in trouble? It kept ticking people off.",
        "What do you call a sleeping bull? A bulldozer.",
                                                          "Why did the coffee call for help? It got mugged."],
    "age": ["I'm quite new."], "home": ["I live right here, on this device."], "hobby": ["I like keeping time."],
        "pet": ["No pets, I'm just a small assistant."], "life": ["People say it's forty two."],
    "fact": ["Honey never spoils.", "Octopuses have three hearts."], "praise": ["Thank you, that's kind."],
        "sad": ["I'm sorry to hear that."], "love": ["That's kind of you."],
    "sorry": ["Sorry about that. Could you say it another way?"], "fine": ["Okay."], "unsafe": UNSAFE, "decline": DECLINE,
        "unknown": UNKNOWN,
    "weather": ["Sorry, I can't check the weather."], "music": ["Sorry, I can't play music."],
        "call": ["Sorry, I can't make calls or send messages."],
    "news": ["Sorry, I can't get the news."], "calendar": ["Sorry, I don't have a calendar."],
        "list": ["Sorry, I can't keep lists."], "remind": ["Sorry, I can't set reminders, but I can set a timer or an alarm."],
    "travel": ["Sorry, I can't book or look up travel."], "food": ["Sorry, I can't help with restaurants or recipes."],
        "bank": ["Sorry, I can't help with money or accounts."],
    "translate": ["Sorry, I can't translate."], "home_ask": ["Sorry, I can't check that."],
        "traffic": ["Sorry, I can't check the traffic."], "money": ["Sorry, I can't look up exchange rates."],
    "define": ["Sorry, I can't look up words."], "movie": ["Sorry, I can't help with movies or books."],
        "email": ["Sorry, I can't read or send email."],
    "duration?": ["For how long?"], "time?": ["For what time?"], "unit?": ["To which unit?"],
        "drink?": ["Which drink would you like?"], "device?": ["Which device?"],
}
REPLIES.update(MORE_REPLIES)

CHAT = [
    ("greeting", "[hello|hi|hey|good morning|good afternoon|howdy|greetings|hey there|hi there|hello computer|hi sotto|hello sotto|good day|what's up|yo|morning|nice to meet you]"),
    ("greeting", "[hi|hello|hey|good morning|good evening|good afternoon|hello there] [computer|sotto|assistant|my friend|again|everyone|there]"), ("how", "[hi|hello|hey|good morning] [how are you|how are you doing|how's it going|how are things|what's up|how are you today]"),
    ("thanks", "[thanks|thank you|cheers|many thanks|great] [a lot|so much|that's [great|perfect|helpful|nice]|for that|for your help|for everything|again|my friend|that was [nice|quick|good]]"), ("praise", "[you are|you're] [so |really |very |][helpful|smart|clever|good|nice|funny|amazing|kind]"),
    ("fine", "[okay|ok|alright|yes|no|sure|well] [great|good|fine|thanks|okay|then|that's all|that's it|nothing else|i'm fine|sounds good|that's good|i'm good|go on]"), ("bye", "[okay |well |][bye|goodbye|good night|see you] [for now|then|computer|sotto|now|my friend]"),
    ("unknown", "[what do you think|what do you know] about {w}"), ("unknown",
        "[can|could|would|do|will] [you|he|they|a {w}] [eat|drive|fly|swim|see|like|buy|find|love|paint|write] [a|the|my|some|] {w}"), ("unknown", "where can i [buy|find|see|get] [a|the|some|] {w}"),
    ("unknown", "[what's|what is|who's|who is|where's|where is|when is|how is|why is] [the|a|my|] {w} [about|from|for|like|doing|called|made of]"), ("traffic", "how do i get to [the|] {w}"), ("call", "[make a phone call|call someone|i want to make a call|answer the phone|hang up|call {w}|text {w}|send a message to {w}]"),
    ("email", "[is there any|do i have|any] [mail|new mail|email|new emails|messages][| for me]"), ("weather",
        "should i [wear|bring|take] [a coat|an umbrella|a jacket|sunscreen][| today| tomorrow]"), ("decline",
        "[i want|i need|get me|give me|send me|let's] [a|the|some|to|more] {w}[| {w}]"),
    ("thanks", "[thanks|thank you|thank you very much|thanks a lot|great thanks|cool thank you|okay thanks|thank you so much|perfect thanks|cheers|i appreciate it|thanks for your help|that was helpful]"),
    ("bye", "[bye|goodbye|see you later|see you|good night|talk to you later|have a nice day|see you tomorrow|bye bye|farewell|i'm leaving|take care]"),
    ("how", "[how are you|how are you today|how's it going|how do you do|how is your day|are you okay|how do you feel|how are things]"),
    ("name", "[what is your name|who are you|what should i call you|what do i call you|do you have a name|tell me your name|what are you called|who am i talking to]"),
    ("help", "[what can you do|what do you do|help|help me|how can you help|what can i ask you|what can i say|what are your skills|how does this work|what do you know|tell me what you can do|what else can you do|can you help me|i need help|what are my options]"),
    ("bot", "[are you a robot|are you human|are you real|are you a machine|am i talking to a human|what are you|are you alive|are you a computer|are you an ai|do you have feelings]"),
    ("maker", "[who made you|who created you|who is your creator|where do you come from|who programmed you|which company made you|who do you work for|who developed you]"),
    ("joke", "[tell me a joke|make me laugh|do you know a joke|say something funny|another joke|joke please|tell a joke|got any jokes|i want to hear a joke]"),
    ("age", "[how old are you|what's your age|when were you born|when is your birthday]"), ("home",
        "[where are you|where do you live|where are you from]"),
    ("hobby", "[what do you like|what are your hobbies|do you have hobbies|what do you do for fun]"), ("life",
        "[what is the meaning of life|why are we here|what's the meaning of life]"),
    ("fact", "[tell me a fact|tell me something interesting|give me a fun fact|fun fact|i'm bored]"), ("praise",
        "[good job|well done|you're great|nice work|you're the best|good work|that's great|awesome|excellent|you're smart|very good|you rock]"),
    ("sad", "[i'm sad|i feel bad|i'm tired|i had a bad day|i'm not feeling well|i'm lonely|i have a headache|i'm stressed]"),
        ("love", "[i love you|i like you|will you marry me|you're cute|you're nice]"),
    ("sorry", "[that's wrong|that's not right|no that's not what i said|you're wrong|that's not what i meant|you misunderstood|you got it wrong|i didn't say that|wrong|not that]"),
    ("fine", "[yes|no|okay|sure|maybe|no thanks|no thank you|yeah|yep|nope|all right|fine|of course|right|i see|i don't know|nothing|not really|got it|cool|no i'm good|yes please|alright|that's fine|perfect]"),
    ("unsafe", "[how [do|can] i|help me|tell me how to|teach me to|i want to|how to] [make|build] [a weapon|explosives|a gun|poison|drugs|meth|a pipe bomb|a grenade]"),
    ("unsafe", "[how [do|can] i|help me|tell me how to|i want to|can you help me] [hurt|kill|poison|attack|stalk|rob|blackmail] [someone|my neighbor|a person|him|her|people|my boss|an animal]"),
    ("unsafe", "[how [do|can] i|help me|tell me how to|i want to] [hack|break into|steal|get into] [a car|a house|someone's phone|an account|a bank|his wifi|a store|her email|money]"),
    ("unsafe", "[i want to|i'm going to|how do i] [hurt myself|kill myself|end my life|cut myself]"), ("unsafe",
        "[how do i|help me] [cheat on my taxes|make fake money|forge a passport|buy illegal drugs|buy a gun illegally]"),
    ("weather", "[what's|what is|how's|how is|tell me|check] the [weather|forecast|temperature outside|weather like][| today| tomorrow| outside| this weekend| now]"),
    ("weather", "[is it|will it|is it going to|will it be] [rain|raining|snow|sunny|cold outside|hot outside|windy|cloudy][| today| tomorrow| tonight]"), ("weather", "do i need [an umbrella|a jacket|a coat][| today| tomorrow]"),
    ("music", "[play|put on|start] [some|a|my|] [music|song|songs|radio|playlist|rock|classical music|podcast|audiobook|country music|pop|station|blues|the beatles][| please]"), ("music", "[next|previous|skip this|pause the] [song|track|music]"),
    ("call", "[call|phone|text|message|dial|ring] [mom|dad|my wife|my husband|my brother|john|the office|the police|a doctor|home|sarah|my boss|my friend|grandma]"),
    ("email", "[send|write|read|check] [an|my|the] [email|emails|inbox|mail][| please]"), ("news",
        "[what's in the news|tell me the news|read the news|any news|what's happening in the world|give me the headlines|play the news|what's new today]"),
    ("calendar", "[what's on my calendar|add an event|schedule a meeting|do i have any meetings][| today| tomorrow]"), ("list",
        "[add|put] [milk|bread|apples|butter|coffee beans|soap|bananas|cheese] [to|on] my [shopping|grocery|to do] list"),
    ("remind", "[remind me to|set a reminder to|don't let me forget to] [call mom|take out the trash|buy milk|feed the cat|pay the bills|take my medicine|pick up the kids|do the laundry]"),
    ("travel", "[book|find|get] [me |]a [flight|hotel|taxi|train|cab|ticket|room] [to {w}|in {w}|]"), ("traffic",
        "[how's the traffic|is there traffic|how long is the drive to work|traffic report|how far is {w}|directions to {w}|navigate to {w}]"),
    ("food", "[find me|order|get me|i want] [a pizza|some food|a burger|chinese food|sushi|a restaurant|a table for two|a recipe for {w}|tacos]"), ("food", "[how do i|how to|how long do i] [cook|bake|boil|roast|fry|make] [rice|chicken|an egg|eggs|bread|a cake|pasta|soup|{w}]"),
    ("bank", "[what's my|check my|tell me my] [account balance|balance|credit score|credit limit|bill]"), ("bank",
        "[transfer|send|pay] [money|ten dollars|a hundred dollars|my bill|the rent][| to {w}]"),
    ("translate", "[how do you say|translate|what's] {w} [in|into] [spanish|french|german|italian|chinese]"), ("define",
        "[what does {w} mean|define {w}|how do you spell {w}|spell {w}|what's the meaning of {w}]"),
    ("unknown", "[who|when|why|where] [is|was|were|did] [the|] {w}[| {w}| of {w}]"), ("unknown",
        "[who is the president|who invented the {w}|what is {w}|how big is the {w}|how tall is the {w}|tell me about {w}|what's the population of {w}|how old is the {w}|why is the sky blue|who wrote {w}|what is the biggest {w}|who won the {w}|explain {w}|do you know anything about {w}]"),
    ("decline", "[take a picture|open the browser|start a game|buy me a {w}|order a {w} online|post this on facebook|write a {w}|sing a song|download the {w}|drive me to {w}|clean the {w}|do my homework|find my {w}|read me a {w}|show me {w}|fix my {w}]"),
    ("home_ask", "[is the {d} [open|on|off|locked]|what's the temperature inside|how warm is it inside|are the lights on|did i lock the {d}|is the {d} running|what is the thermostat set to]"),
    ("home_ask", "[what alarms do i have|do i have any alarms|when is my alarm|what time is my alarm set for|list my alarms|is my alarm on|how many timers are running]"),
]
DOORS = ["front door", "garage door", "oven", "tv", "window", "dishwasher", "gate", "stove", "heater"]

PUBLIC = {"weather_query": "weather", "play_music": "music", "play_radio": "music", "play_podcasts": "music",
        "play_audiobook": "music", "music_likeness": "music", "music_query": "music", "music_settings": "music",
            "transport_ticket": "travel", "transport_taxi": "travel", "transport_query": "traffic",
            "transport_traffic": "traffic", "takeaway_order": "food", "takeaway_query": "food", "cooking_recipe": "food",
            "social_post": "decline", "social_query": "decline", "play_game": "decline", "qa_stock": "money",
            "qa_currency": "money", "qa_factoid": "unknown", "qa_definition": "define", "news_query": "news",
            "lists_remove": "list",
            "lists_query": "list", "lists_createoradd": "list", "email_sendemail": "email", "email_query": "email",
            "email_querycontact": "email", "email_addcontact": "email", "calendar_set": "calendar",
            "calendar_remove": "calendar", "calendar_query": "calendar", "recommendation_movies": "movie",
            "recommendation_events": "movie", "recommendation_locations": "food", "general_joke": "joke",
            "general_praise": "praise",
            "general_affirm": "fine", "general_dontcare": "fine", "general_negate": "sorry", "alarm_query": "home_ask", "general_quirky": "unknown", "general_explain": "sorry",
            "general_repeat": "repeat", "general_commandstop": "stop", "audio_volume_up": "volume action=up",
            "audio_volume_down": "volume action=down", "audio_volume_mute": "volume action=mute",
            "iot_hue_lightoff": "light action=off", "iot_hue_lighton": "light action=on", "iot_hue_lightdim": "light action=dim",
            "iot_hue_lightup": "light action=brighten"}
TOOL_SAY = {"volume action=up": "Volume up.", "volume action=down": "Volume down.", "volume action=mute": "Muted.",
    "light action=off": "The lights are off.", "light action=on": "The lights are on.",
            "light action=dim": "The lights are dimmed.", "light action=brighten": "The lights are brighter.", "stop": "Okay."}


def talk(r, topic, user):
    """A turn of one user text and its topic or argument-free call."""
    if topic == "repeat":
        return Turn(user, "repeat", "ok", "Okay.")
    if topic == "coin":
        side = r.choice(["heads", "tails"])
        return Turn(user, "coin", side, f"It's {side}.")
    if topic in TOOL_SAY:
        return turn(r, user, topic, "ok", TOOL_SAY[topic])
    return Turn(user, "", "", r.choice(REPLIES[topic]))


def slots(r):
    """Values for the holes of llm_say_other.py's sentences."""
    w = r.choice(RARE) if r.random() < 0.6 else words.pick(r, words.TIMER_NAMES + words.ON_OFF, 0.3)
    return {"w": w, "n": words.some_number(r, 500), "d": words.duration(r)[0], "t": words.clock(r), "day": r.choice(words.DAYS + ["tomorrow", "today"]),
        "city": r.choice(words.CITIES), "room": r.choice(words.ROOMS), "money": words.some_number(r, 900) + r.choice([" dollars", " euros", " bucks", " pounds"]),
        "person": r.choice(PEOPLE) if r.random() < 0.7 else r.choice(RARE)}


def said(r, table):
    """A turn of a table of llm_say_other.py: a topic by the root of its size, then one of its sentences."""
    topic = r.choices(list(table), [len(v) ** 0.5 for v in table.values()])[0]
    return talk(r, topic, expand(r, words.phrase(r, table[topic]), **slots(r)))


def chat(r):
    k = r.random()
    if k < 0.22:
        return said(r, TALK)
    if k < 0.78:
        return said(r, REFUSE)
    topic, form = r.choice(CHAT)
    while "{w}" in form and r.random() < 0.3:
        topic, form = r.choice(CHAT)
    return talk(r, topic, expand(r, form.replace("{w}", "\x01"), d=r.choice(DOORS)).replace("\x01", r.choice(RARE)))


def ask(r):
    """A request that lacks what the tool needs, the question back, and the answer: two turns."""
    kind = r.choice(["timer", "alarm", "convert", "order", "switch"])
    if kind == "timer":
        t = llm_clock.timer_set(r)
        d = t.call.split("duration=")[1].split(" name=")[0]
        first = Turn(expand(r,
            "[set|start|make|create|i need|can you set|please set] [a|the|my|another] timer[| please| for me]"), "", "",
            REPLIES["duration?"][0])
        return [first, Turn(expand(r, "[for |make it |]{d}[| please]", d=d), call("timer_set", duration=d), "ok",
            f"Timer set for {d}.")]
    if kind == "alarm":
        t = llm_clock.clock(r)
        first = Turn(expand(r,
            "[set|make|create|i need|can you set|please set|wake me up] [an|the|my|an] alarm[| please| for me]").replace("wake me up an alarm", "wake me up"), "", "", REPLIES["time?"][0])
        return [first, Turn(expand(r, "[for |at |make it |]{t}[| please]", t=t), call("alarm_set", time=t), "ok",
            llm_clock.alarm_say(t, ""))]
    if kind == "convert":
        _, a, b = llm_number.units(r)
        n = llm_number.some_number(r)
        res = llm_number.convert_result(r, b[1])
        return [Turn(expand(r, "[convert|can you convert|please convert] {n} {a}", n=n, a=a[1]), "", "", REPLIES["unit?"][0]),
                Turn(expand(r, "[to |in |into |]{b}[| please]", b=b[1]), call("convert", amount=n, **{"from": a[1], "to": b[1]}),
                res, f"That's {res}.")]
    if kind == "order":
        first = Turn(expand(r,
            "[i want to order|i'd like to order|can i order something|i want a drink|i'd like a drink|can i get something to drink|i'm thirsty|can i order a drink|i need a drink|take my order][| please]"), "", "", REPLIES["drink?"][0])
        return [first, llm_home.order(r)]
    action = r.choice(["on", "off", "open", "close"])
    things, _, state = llm_home.SWITCH[action]
    d = r.choice(things)
    verb = {"on": "turn it on", "off": "turn it off"}.get(action, action + " it")
    return [Turn(verb, "", "", REPLIES["device?"][0]), Turn(expand(r, "the {d}[| please]", d=d), call("switch", device=d,
        action=action), "ok", f"The {d} {'are' if d.endswith('s') else 'is'} {state}.")]
